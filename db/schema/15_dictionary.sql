-- The data dictionary: what each column means, in both languages; and the character table behind pinyin search.

create table erp.dictionary_entry (
    table_name  text not null,
    column_name text not null,
    label       text not null,
    label_zh    text not null,
    meaning     text not null,
    meaning_zh  text not null,
    allowed     jsonb,
    owner_role  text constraint dictionary_entry_owner references erp.role on delete restrict,
    personal    boolean not null default false,
    constraint dictionary_entry_pk primary key (table_name, column_name)
);
comment on column erp.dictionary_entry.allowed is 'Allowed values: {"value": {"en": "…", "zh": "…"}}, in the order of the work';

-- One Chinese character and its most common reading, for initials (WJ for 王军) and for sorting.
create table erp.pinyin (
    character text collate "C" not null constraint pinyin_pk primary key,
    reading   text collate "C" not null
);
