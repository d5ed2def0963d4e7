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

-- Search and order. What a row is found by lies in one array: pairs of neighbouring characters (a GIN index on it finds a
-- two-character Chinese word at once), single Chinese characters, and the same of the pinyin and of its initials.
-- The functions answer alike for the same text and character table; they are called by triggers only.

-- Lower case, full-width letters made narrow, single blanks.
create function erp.plain_text(given text) returns text
language plpgsql immutable parallel safe
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    return lower(regexp_replace(normalize(given, NFKC), '\s+', ' ', 'g'));
end
$$;

-- Pairs of neighbouring characters within words, and each Chinese character by itself. Loops, here and below, because a
-- set-returning function in the middle of a plan is estimated at a thousand rows and planned accordingly.
create function erp.bigrams(given text) returns text[]
language plpgsql immutable parallel safe
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    grams  text[] := '{}';
    before text := ' ';
    one    text;
begin
    foreach one in array coalesce(string_to_array(given, null), '{}') loop
        if one <> ' ' then
            if before <> ' ' then
                grams := grams || (before || one);
            end if;
            if ascii(one) >= 11904 then  -- U+2E80, where the Chinese characters begin
                grams := grams || one;
            end if;
        end if;
        before := one;
    end loop;
    return array(select distinct g from unnest(grams) g);
end
$$;

-- The reading of a text: full ('wangjun'), each character kept that has none; the initials ('wj'); and the reading with a
-- blank behind each syllable, by which Chinese names sort.
create function erp.pinyin_of(given text, out full_reading text, out initials text, out spaced text)
language plpgsql stable parallel safe
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    one  text;
    said text;
begin
    full_reading := '';
    initials := '';
    spaced := '';
    foreach one in array coalesce(string_to_array(given, null), '{}') loop
        said := null;
        if ascii(one) >= 11904 then
            select p.reading into said from pinyin p where p.character = one;
        end if;
        full_reading := full_reading || coalesce(said, one);
        initials := initials || coalesce(left(said, 1), one);
        spaced := spaced || coalesce(said || ' ', one);
    end loop;
end
$$;

create function erp.search_key(variadic texts text[]) returns text[]
language plpgsql stable
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    given   text := plain_text(array_to_string(texts, ' '));
    reading record;
begin
    if octet_length(given) > length(given) then
        reading := pinyin_of(given);
        given := given || ' ' || reading.full_reading || ' ' || reading.initials;
    end if;
    return bigrams(given);
end
$$;

-- Puts Chinese names in the order of their pinyin, and others in the order of their letters, without a collation.
create function erp.sort_key(given text) returns text
language plpgsql stable
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    plain   text := plain_text(given);
    reading record;
begin
    if octet_length(plain) = length(plain) then
        return plain;
    end if;
    reading := pinyin_of(plain);
    return reading.spaced;
end
$$;

-- The tables that can be searched, what opens them and the words a row is found by.
create table erp.search_kind (
    table_name  text    not null constraint search_kind_pk primary key,
    code_column text    not null,
    texts       text[]  not null,
    position    integer not null
);
insert into erp.search_kind (table_name, code_column, texts, position) values
    ('work_order', 'number', '{number,title,title_zh}', 1),
    ('asset', 'code', '{code,name,name_zh,serial_number,model}', 2),
    ('item', 'code', '{code,name,name_zh,barcode,maker_code}', 3),
    ('party', 'code', '{code,name,name_zh}', 4),
    ('contract', 'number', '{number,name,name_zh}', 5),
    ('engineer', 'code', '{code,name,name_zh,initials}', 6),
    ('stock_document', 'number', '{}', 7),
    ('purchase_order', 'number', '{}', 8);

-- The condition that one row of a kind, alias x, matches all words; the words come as $1 (text[]), their pairs as $2.
create function erp.search_condition(kind erp.search_kind, words text[]) returns text
language plpgsql stable
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    hay   text := (select string_agg(format('coalesce(x.%I, '''')', t), ' || '' '' || ') from unnest(kind.texts) t);
    parts text[];
    i     integer;
begin
    if cardinality(kind.texts) = 0 or (cardinality(words) = 1 and length(words[1]) = 1 and ascii(words[1]) < 11904) then
        -- A number alone, or a single letter: what starts with it.
        return format('x.%I::text ^@ upper($1[1])', kind.code_column);
    end if;
    parts := array['x.search_key @> $2'];
    for i in 1 .. cardinality(words) loop
        -- Two characters are one pair and need no second look; longer words must really stand there.
        if length(words[i]) > 2 then
            parts := parts || format('(position($1[%s] in plain_text(%s)) > 0 or (select position($1[%s] in concat_ws('' '', r.full_reading, r.initials)) > 0 '
                                     'from pinyin_of(plain_text(%s)) r))', i, hay, i, hay);
        end if;
    end loop;
    return array_to_string(parts, ' and ');
end
$$;

-- The ids of the rows that match, at most max_rows + 1 (one more says: there are more). It filters by scope and grants
-- itself, because under row-level security an array operator would not use the index; it returns ids only, to be joined
-- to the protected table: where id = any ((select api.search('asset', :q))::bigint[]).
create function api.search(kind text, query text, max_rows integer default 5000) returns bigint[]
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    words text[] := array(select w from regexp_split_to_table(plain_text(btrim(query)), '\s+') w where w <> '');
    k     search_kind;
    rule  text := (select p.seen from protection p where p.table_name = kind);
    ids   bigint[];
begin
    select * into k from search_kind s where s.table_name = kind;
    if not found then
        perform refuse('ER004', 'search_kind_found', jsonb_build_object('kind', kind));
    end if;
    if cardinality(words) = 0 or not has_any_column_privilege(session_user, format('erp.%I', kind), 'select') then
        return '{}';
    end if;
    if is_owner() then
        rule := 'true';
    end if;
    execute format('select array(select x.id from %I x where %s and (%s) limit $3)',
                   kind, search_condition(k, words), replace(rule, '{row}', 'x'))
        into ids
        using words, bigrams(array_to_string(words, ' ')), least(max_rows, 5000) + 1;
    return ids;
end
$$;

-- Ctrl+K: the best matches of every kind that the caller may see, exact codes first.
create function api.search_anywhere(query text, max_rows integer default 20)
returns table (kind text, id bigint, code text, name text, name_zh text)
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    words text[] := array(select w from regexp_split_to_table(plain_text(btrim(query)), '\s+') w where w <> '');
    k     search_kind;
    parts text[] := '{}';
    rule  text;
begin
    if cardinality(words) = 0 then
        return;
    end if;
    for k in select * from search_kind s order by s.position loop
        if not has_any_column_privilege(session_user, format('erp.%I', k.table_name), 'select') then
            continue;
        end if;
        rule := case when is_owner() then 'true'
                     else replace((select p.seen from protection p where p.table_name = k.table_name), '{row}', 'x') end;
        parts := parts || format(
            '(select %L::text as kind, x.id, x.%I::text as code, %s as name, %s as name_zh, '
            'case when lower(x.%I) = $1[1] then 0 when starts_with(lower(x.%I), $1[1]) then 1 else 2 end as rank, %s as place '
            'from %I x where %s and (%s) limit 200)',
            k.table_name, k.code_column,
            case when k.texts[2] is null then '''''' else 'x.' || k.texts[2] end,
            case when k.texts[3] is null then 'null' else 'x.' || k.texts[3] end,
            k.code_column, k.code_column, k.position, k.table_name, search_condition(k, words), rule);
    end loop;
    if cardinality(parts) > 0 then
        return query execute format(
            'select f.kind, f.id, f.code, f.name, f.name_zh from (%s) f order by f.rank, f.place, f.code limit $3',
            array_to_string(parts, ' union all '))
            using words, bigrams(array_to_string(words, ' ')), least(max_rows, 100);
    end if;
end
$$;

-- Fill the keys of rows that were copied in without triggers (demo data, a restore from another program).
create procedure erp.fill_search_keys()
language plpgsql
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    k     search_kind;
    short text;
begin
    perform set_config('session_replication_role', 'replica', true);
    for k in select * from search_kind s where cardinality(s.texts) > 0 loop
        execute format('update %I x set search_key = search_key(%s) %s where x.search_key = ''{}''', k.table_name,
                       (select string_agg('x.' || t, ', ') from unnest(k.texts) t),
                       case when exists (select 1 from pg_attribute where attrelid = format('erp.%I', k.table_name)::regclass and attname = 'sort_key')
                            then ', sort_key = sort_key(coalesce(nullif(x.name_zh, ''''), x.name))' else '' end);
    end loop;
    perform set_config('session_replication_role', 'origin', true);
end
$$;

call erp.secure('erp.dictionary_entry', 'reference');
call erp.secure('erp.pinyin', 'reference');
call erp.secure('erp.search_kind', 'internal');
call erp.allow('erp.dictionary_entry', 'everyone', 'select');
call erp.allow('erp.dictionary_entry', 'steward', 'update (label, label_zh, meaning, meaning_zh, owner_role)');
call erp.allow('erp.pinyin', 'everyone', 'select');
call erp.allow('erp.plain_text(text)', 'everyone', 'execute');
call erp.allow('erp.bigrams(text)', 'everyone', 'execute');
call erp.allow('erp.pinyin_of(text)', 'everyone', 'execute');
call erp.allow('erp.search_key(text[])', 'everyone', 'execute');
call erp.allow('erp.sort_key(text)', 'everyone', 'execute');
call erp.allow('api.search(text, text, integer)', 'everyone', 'execute');
call erp.allow('api.search_anywhere(text, integer)', 'everyone', 'execute');
call erp.track('erp.dictionary_entry');
