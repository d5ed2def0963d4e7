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

-- Search and order. What a row is found by lies in one array, search_key: pairs of neighbouring characters (a GIN index on
-- it finds a two-character Chinese word at once), single Chinese characters, and the same of the pinyin and of its initials.
-- The text that they were made from lies beside it, search_text, because longer words need a second look, and to read
-- the pinyin of five thousand rows anew took half a second.
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

-- The text that a search looks in: the words themselves, and for Chinese their reading and its initials.
create function erp.search_text(variadic texts text[]) returns text
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
    return given;
end
$$;

create function erp.search_key(variadic texts text[]) returns text[]
language plpgsql stable
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    return bigrams(search_text(variadic texts));
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
    ('purchase_order', 'number', '{}', 8),
    ('requisition', 'number', '{}', 9),
    ('rfq', 'number', '{}', 10),
    ('supplier_invoice', 'number', '{}', 11),
    ('stock_count', 'number', '{}', 12),
    ('pick_list', 'number', '{}', 13);

-- What of a search's words is asked of the index: their pairs, and of a single character itself. A character that a pair
-- already holds would only cost: three answers to intersect, and a guess of the planner's that is seventy times too low.
create function erp.search_pairs(words text[]) returns text[]
language plpgsql immutable parallel safe
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    pairs text[] := '{}';
    word  text;
begin
    foreach word in array words loop
        pairs := pairs || array(select g from unnest(bigrams(word)) g where length(g) = 2 or length(word) = 1);
    end loop;
    return pairs;
end
$$;

-- The three of many pairs that stand in the fewest rows of a table. The words are looked for in the text itself anyway, and
-- to intersect the rows of all pairs of a pinyin word took three times as long as of three.
create function erp.rarest_pairs(of_table text, pairs text[]) returns text[]
language plpgsql stable
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    if cardinality(pairs) <= 3 then
        return pairs;
    end if;
    return array(
        select p
        from unnest(pairs) p
        left join (
            select u.pair, u.share
            from pg_stats s, unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) u (pair, share)
            where s.schemaname = 'erp' and s.tablename = of_table and s.attname = 'search_key') known on known.pair = p
        order by coalesce(known.share, 0), p
        limit 3);
end
$$;

-- The condition that one row, alias x, has all words in its text; the words come as $1 (text[]).
create function erp.words_condition(words text[]) returns text
language plpgsql immutable
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    return (select string_agg(format('position($1[%s] in x.search_text) > 0', i), ' and ') from generate_series(1, cardinality(words)) i);
end
$$;

-- The condition that one row of a kind, alias x, matches all words; the words come as $1 (text[]), their pairs as $2.
create function erp.search_condition(kind erp.search_kind, words text[]) returns text
language plpgsql stable
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    if cardinality(kind.texts) = 0 or (cardinality(words) = 1 and length(words[1]) = 1 and ascii(words[1]) < 11904) then
        -- A number alone, or a single letter: what starts with it.
        return format('x.%I::text ^@ upper($1[1])', kind.code_column);
    elsif cardinality(words) = 1 and length(words[1]) <= 2 then
        return 'x.search_key @> $2';
    elsif cardinality(search_pairs(words)) = 0 then
        return words_condition(words);
    end if;
    return 'x.search_key @> $2 and ' || words_condition(words);
end
$$;

-- Which rows of a table the caller sees, alias x: the condition of its policies with all that is the same for every row
-- already filled in. With his units as a constant and the doors of jobs that he has not left out, the planner knows how
-- many rows are his, and may take the index of the units beside that of the words. That pays for readers of few units
-- only: the planner counts reading a long list of rows from it as nearly free (20 ms for a rare word instead of 0.1).
create function erp.seen_condition(of_table text) returns text
language plpgsql stable
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    rule text := (select replace(p.seen, '{row}', 'x') from protection p where p.table_name = of_table);
    part text;
    said text;
begin
    if is_owner() then
        return 'true';
    end if;
    for part in select distinct m[1] from regexp_matches(rule, $re$pg_has_role\(session_user, '([^']+)', 'member'\)$re$, 'g') m loop
        rule := replace(rule, format('pg_has_role(session_user, %L, ''member'')', part), pg_has_role(session_user, part, 'member')::text);
    end loop;
    for part in select distinct m[1] from regexp_matches(rule, $re$\(select erp\.(\w+)\(\)\)$re$, 'g') m loop
        execute format('select quote_nullable(f::text) || ''::'' || pg_typeof(f) from %I() f', part) into said;
        rule := replace(rule, format('(select erp.%s())', part), said);
    end loop;
    if 20 * cardinality(my_units()) > (select count(*) from org_unit) then
        rule := replace(rule, 'x.org_unit_id = any', 'x.org_unit_id + 0 = any');
    end if;
    return rule;
end
$$;

-- The caller's unit where he has one only, and it alone decides which rows of a table he sees; else null. A list adds it
-- to its query as a constant: the policy's own question hides from the planner that it is one, and to show a filtered page
-- it walked through the whole table in the order of the list (270 ms instead of 17). Nothing is shown or hidden by it: the
-- policies stand beside it. Not for several units, where no index gives the order and two conditions that say the same
-- count twice in the planner's guess.
create function api.only_unit(of_table text) returns integer
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    mine integer[] := my_units();
begin
    if is_owner() or cardinality(mine) <> 1 or not exists (
        select from protection p
        where p.table_name = of_table and p.scope = 'owned' and not exists (
            select from regexp_matches(p.seen, $re$pg_has_role\(session_user, '([^']+)', 'member'\)$re$, 'g') m
            where pg_has_role(session_user, m[1], 'member'))) then
        return null;
    end if;
    return mine[1];
end
$$;

-- Ids of rows by an index of their words. Only bitmaps: a plan that walks through the table in hope of an early end reads
-- all of it where the word stands in old rows alone (1.5 s instead of 0.02 at a million rows).
create function erp.search_ids(statement text, words text[], pairs text[], many integer) returns bigint[]
language plpgsql stable
set search_path = erp, pg_catalog, pg_temp
set enable_seqscan = off
set enable_indexscan = off
as $$
declare
    ids bigint[];
begin
    execute statement into ids using words, pairs, many;
    return ids;
end
$$;

-- Ids of the rows of a kind that match and that the caller sees, any of them, at most so many.
create function erp.search_some(kind erp.search_kind, words text[], seen text, many integer) returns bigint[]
language plpgsql stable
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    wanted    text := search_condition(kind, words);
    statement text := format('select array(select x.id from %I x where (%s) and %s limit $3)', kind.table_name, seen, wanted);
    ids       bigint[];
begin
    if wanted like 'x.search_key @>%' then
        return search_ids(statement, words, rarest_pairs(kind.table_name, search_pairs(words)), many);
    end if;
    execute statement into ids using words, '{}'::text[], many;
    return ids;
end
$$;

-- The ids of the rows that match, at most max_rows + 1 (one more says: there are more). It filters by scope and grants
-- itself, because under row-level security an array operator would not use the index; it returns ids only, to be joined
-- to the protected table: where id = any ((select api.search('asset', :q))::bigint[]).
-- Where there are more, those among the table's newest 50,000 rows come first; that costs the same at any size.
create function api.search(kind text, query text, max_rows integer default 5000) returns bigint[]
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    words  text[] := array(select w from regexp_split_to_table(plain_text(btrim(query)), '\s+') w where w <> '');
    many   integer := least(max_rows, 5000) + 1;
    k      search_kind;
    wanted text;
    seen   text;
    border bigint;
    ids    bigint[];
    newest bigint[];
begin
    select * into k from search_kind s where s.table_name = kind;
    if not found then
        perform refuse('ER004', 'search_kind_found', jsonb_build_object('kind', kind));
    end if;
    if cardinality(words) = 0 or not has_any_column_privilege(session_user, format('erp.%I', kind), 'select') then
        return '{}';
    end if;
    seen := seen_condition(kind);
    ids := search_some(k, words, seen, many);
    if cardinality(ids) = many then
        wanted := search_condition(k, words);
        if wanted like 'x.search_key @>%' then
            wanted := words_condition(words);
        end if;
        execute format('select max(x.id) - 50000 from %I x', kind) into border;
        execute format('select array(select x.id from %I x where x.id > %s and (%s) and %s order by x.id desc limit $2)',
                       kind, border, seen, wanted)
            into newest using words, many;
        ids := (newest || array(select i from unnest(ids) i where i <= border))[:many];
    end if;
    return ids;
end
$$;

-- Ids of the rows of a kind whose codes begin with the word and that the caller sees. For where more rows match than are
-- ranked: those taken are any of them, and the very code that was typed may not be among them. It looks at the first
-- 2,000 such codes at most, so that a letter that begins a million codes costs no more.
create function erp.search_codes(kind erp.search_kind, word text, seen text) returns bigint[]
language plpgsql stable
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    ids bigint[];
begin
    execute format('select array(select x.id from (select * from %1$I c where c.%2$I::text ^@ upper($1) order by c.%2$I limit 2000) x where %3$s limit 50)',
                   kind.table_name, kind.code_column, seen)
        into ids using word;
    return ids;
end
$$;

-- Ctrl+K: the best matches of every kind that the caller may see, exact codes first. What only holds the words somewhere
-- leaves room for other kinds: five of each come before the sixth of any.
create function api.search_anywhere(query text, max_rows integer default 20)
returns table (kind text, id bigint, code text, name text, name_zh text)
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    words text[] := array(select w from regexp_split_to_table(plain_text(btrim(query)), '\s+') w where w <> '');
    k     search_kind;
    seen  text;
    ids   bigint[];
    parts text[] := '{}';
begin
    if cardinality(words) = 0 then
        return;
    end if;
    for k in select * from search_kind s order by s.position loop
        if not has_any_column_privilege(session_user, format('erp.%I', k.table_name), 'select') then
            continue;
        end if;
        seen := seen_condition(k.table_name);
        ids := search_some(k, words, seen, 200);
        if cardinality(ids) = 200 and cardinality(words) = 1 then
            ids := search_codes(k, words[1], seen) || ids;
        end if;
        parts := parts || format(
            '(select %L::text as kind, x.id, x.%I::text as code, %s as name, %s as name_zh, '
            'case when lower(x.%I) = $1[1] then 0 when starts_with(lower(x.%I), $1[1]) then 1 else 2 end as rank, %s as place '
            'from %I x where x.id = any (%L::bigint[]))',
            k.table_name, k.code_column,
            case when k.texts[2] is null then '''''' else 'x.' || k.texts[2] end,
            case when k.texts[3] is null then 'null' else 'x.' || k.texts[3] end,
            k.code_column, k.code_column, k.position, k.table_name, ids);
    end loop;
    if cardinality(parts) > 0 then
        return query execute format(
            'select b.kind, b.id, b.code, b.name, b.name_zh from ('
            'select f.*, f.rank = 2 and row_number() over (partition by f.kind, f.rank order by f.code) > 5 as later from (%s) f '
            'order by f.rank, later, f.place, f.code limit $2) b order by b.rank, b.place, b.code',
            array_to_string(parts, ' union all '))
            using words, least(max_rows, 100);
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
        execute format('update %1$I x set (search_text, search_key) = (select w.words, bigrams(w.words) '
                       'from (select search_text(%2$s) as words offset 0) w) %3$s '
                       'where x.search_key = ''{}'' or x.search_text = ''''', k.table_name,
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
call erp.allow('erp.search_text(text[])', 'everyone', 'execute');
call erp.allow('erp.search_key(text[])', 'everyone', 'execute');
call erp.allow('erp.sort_key(text)', 'everyone', 'execute');
call erp.allow('api.search(text, text, integer)', 'everyone', 'execute');
call erp.allow('api.only_unit(text)', 'everyone', 'execute');
call erp.allow('api.search_anywhere(text, integer)', 'everyone', 'execute');
call erp.track('erp.dictionary_entry');
