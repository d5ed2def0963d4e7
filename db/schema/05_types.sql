-- Domains shared by all areas. States are text with a check or a reference table, never enums: comparing an enum is
-- not leakproof, so row-level security would switch its indexes off.

-- "Not a number" is a numeric that is above every other: it would pass every check for more than nothing.
create domain erp.money_amount as numeric(18, 2)
    constraint money_amount_finite check (value <> 'NaN');
create domain erp.unit_price as numeric(18, 4)
    constraint unit_price_finite check (value <> 'NaN');
create domain erp.quantity as numeric(18, 4)
    constraint quantity_finite check (value <> 'NaN');
create domain erp.currency_code as text collate "C"
    constraint currency_code_form check (value ~ '^[A-Z]{3}$');
create domain erp.code as text collate "C"
    constraint code_form check (value = btrim(value) and value <> '' and length(value) <= 60);

comment on domain erp.money_amount is 'An amount in the currency of its row, two decimals';
comment on domain erp.unit_price is 'A price or cost per base unit, four decimals';
comment on domain erp.quantity is 'A quantity in the item''s base unit, four decimals';
comment on domain erp.code is 'A code that people type and scan: trimmed, at most 60 characters, sorted by bytes';
