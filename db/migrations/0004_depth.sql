-- Revision 0004: the tables as they are from here on. A copy: it stays what it is when db/schema goes on.

create table erp.order_readiness (
    id          bigint      not null constraint order_readiness_pk primary key constraint order_readiness_order references erp.work_order on delete cascade,
    company_id  integer     not null,
    org_unit_id integer     not null,
    engineer_id bigint      constraint order_readiness_engineer references erp.engineer on delete cascade,
    signal      text        not null constraint order_readiness_signal_known check (signal in ('ready', 'coming', 'late', 'partly', 'missing')),
    ready_on    date,
    wanting     text[],
    changed_at  timestamptz not null default now(),
    constraint order_readiness_unit foreign key (company_id, org_unit_id) references erp.org_unit (company_id, id) on delete restrict
);

alter table erp.abc_run add column months integer default 12 not null;
alter table erp.item_fit add column asset_id bigint;
alter table erp.item_plan add column annual_cents bigint generated always as ((((annual_amount)::numeric * (100)::numeric))::bigint) stored not null;
alter table erp.party add column letter_language text;
alter table erp.supplier_invoice_line add column entered_by integer;
alter table erp.abc_run drop constraint abc_run_xyz_order;
alter table erp.contract drop constraint contract_hours_range;
alter table erp.cost_entry drop constraint cost_entry_source_known;
alter table erp.item_fit drop constraint item_fit_unique;
alter table erp.kpi_target drop constraint kpi_target_positive;
alter table erp.meter drop constraint meter_rollover_positive;
alter table erp.planning_policy drop constraint planning_policy_xyz_order;
alter table erp.purchase_order_line drop constraint purchase_order_line_factor_positive;
alter table erp.requisition_line drop constraint requisition_line_factor_positive;
alter table erp.stock_document drop constraint stock_document_reverses_unique;
alter table erp.stock_document drop constraint stock_document_source_unique;
alter table erp.stock_move drop constraint stock_move_factor_positive;
alter table erp.stock_move drop constraint stock_move_source_unique;
alter table erp.travel drop constraint travel_distance_not_negative;
alter table erp.abc_run add constraint abc_run_months_range CHECK (((months >= 3) AND (months <= 60)));
alter table erp.abc_run add constraint abc_run_xyz_order CHECK (((xyz_x > (0)::numeric) AND (xyz_y > xyz_x) AND (xyz_y < 'NaN'::numeric)));
alter table erp.contract add constraint contract_hours_range CHECK (((hours_per_year >= (0)::numeric) AND (hours_per_year < 'NaN'::numeric)));
alter table erp.contract add constraint contract_margin_finite CHECK ((margin_target <> 'NaN'::numeric));
alter table erp.contract_line add constraint contract_line_tax_range CHECK (((tax_rate >= (0)::numeric) AND (tax_rate <= (1)::numeric)));
alter table erp.cost_entry add constraint cost_entry_quantity_finite CHECK ((quantity <> 'NaN'::numeric));
alter table erp.cost_entry add constraint cost_entry_source_known CHECK ((source_table = ANY (ARRAY['stock_move'::text, 'stock_value_share'::text, 'labour'::text, 'travel'::text, 'lot_event'::text])));
alter table erp.item_fit add constraint item_fit_asset FOREIGN KEY (asset_id) REFERENCES erp.asset(id) ON DELETE CASCADE;
alter table erp.item_fit add constraint item_fit_one_way CHECK (((asset_id IS NULL) OR ((asset_class_id IS NULL) AND (model IS NULL))));
alter table erp.item_fit add constraint item_fit_unique UNIQUE NULLS NOT DISTINCT (item_id, asset_class_id, model, asset_id);
alter table erp.kpi_target add constraint kpi_target_positive CHECK (((target > (0)::numeric) AND (target < 'NaN'::numeric)));
alter table erp.meter add constraint meter_rollover_positive CHECK (((rollover > (0)::numeric) AND (rollover < 'Infinity'::numeric)));
alter table erp.meter_reading add constraint meter_reading_value_finite CHECK (((value > '-Infinity'::numeric) AND (value < 'Infinity'::numeric)));
alter table erp.party add constraint party_letter_language_known CHECK ((letter_language = ANY (ARRAY['en'::text, 'zh'::text])));
alter table erp.planning_policy add constraint planning_policy_xyz_order CHECK (((xyz_x > (0)::numeric) AND (xyz_y > xyz_x) AND (xyz_y < 'NaN'::numeric)));
alter table erp.purchase_order_line add constraint purchase_order_line_factor_positive CHECK (((uom_factor > (0)::numeric) AND (uom_factor < 'NaN'::numeric)));
alter table erp.purchase_order_line add constraint purchase_order_line_tax_range CHECK (((tax_rate >= (0)::numeric) AND (tax_rate <= (1)::numeric)));
alter table erp.requisition_line add constraint requisition_line_factor_positive CHECK (((uom_factor > (0)::numeric) AND (uom_factor < 'Infinity'::numeric)));
alter table erp.setting add constraint setting_value_finite CHECK (((value #>> '{}'::text[]) !~* '^\s*[-+]?(nan|inf|infinity)\s*$'::text));
alter table erp.stock_move add constraint stock_move_factor_positive CHECK (((uom_factor > (0)::numeric) AND (uom_factor < 'Infinity'::numeric)));
alter table erp.travel add constraint travel_distance_not_negative CHECK (((distance_km >= (0)::numeric) AND (distance_km < 'NaN'::numeric)));
drop index erp.cost_entry_asset_idx;
drop index erp.cost_entry_contract_idx;
drop index erp.cost_entry_work_order_idx;
drop index erp.stock_document_work_order_idx;
CREATE INDEX cost_entry_asset_idx ON erp.cost_entry USING btree (asset_id, id) WHERE (asset_id IS NOT NULL);
CREATE INDEX cost_entry_contract_idx ON erp.cost_entry USING btree (contract_id, effective_at) WHERE (contract_id IS NOT NULL);
CREATE INDEX cost_entry_work_order_idx ON erp.cost_entry USING btree (work_order_id, id) WHERE (work_order_id IS NOT NULL);
CREATE INDEX item_fit_asset_idx ON erp.item_fit USING btree (asset_id) WHERE (asset_id IS NOT NULL);
CREATE INDEX item_plan_cents_idx ON erp.item_plan USING btree (annual_cents, id) INCLUDE (org_unit_id);
CREATE INDEX order_readiness_signal_idx ON erp.order_readiness USING btree (signal, id) INCLUDE (org_unit_id);
CREATE UNIQUE INDEX stock_document_reverses_unique ON erp.stock_document USING btree (reverses_id) WHERE (reverses_id IS NOT NULL);
CREATE UNIQUE INDEX stock_document_source_unique ON erp.stock_document USING btree (source, source_key) WHERE (source IS NOT NULL);
CREATE INDEX stock_document_work_order_idx ON erp.stock_document USING btree (work_order_id, id) WHERE (work_order_id IS NOT NULL);
CREATE UNIQUE INDEX stock_move_source_unique ON erp.stock_move USING btree (source, source_key) WHERE (source IS NOT NULL);
CREATE INDEX work_order_part_item_idx ON erp.work_order_part USING btree (item_id, work_order_id);
comment on column erp.item_merge.before is 'The survivor''s values of the fields that changed, the merged item''s own end and barcode, the reservations that went along';
comment on column erp.item_plan.annual_cents is 'The amount as a whole number: lists sort by it, as only such an order is served by an index under row-level security';
comment on column erp.order_readiness.engineer_id is 'The order''s engineer, who sees it wherever it is';
comment on column erp.order_readiness.signal is 'late: all of it will have come, but after the planned day';
comment on column erp.order_readiness.wanting is 'Codes of the parts that are not there';
comment on column erp.supplier_invoice_line.entered_by is 'Who wrote last what is invoiced; he does not accept more than a little of its differences';
drop trigger if exists zz_record_delete on erp.cost_entry;
drop trigger if exists zz_record_insert on erp.cost_entry;
drop trigger if exists zz_record_update on erp.cost_entry;
drop trigger if exists zz_record_delete on erp.stock_move;
drop trigger if exists zz_record_insert on erp.stock_move;
drop trigger if exists zz_record_update on erp.stock_move;
drop function if exists erp.cost_entry_record() cascade;
drop function if exists erp.stock_move_record() cascade;
insert into erp.search_kind (table_name, code_column, texts, position) values
    ('requisition', 'number', '{}', 9),
    ('rfq', 'number', '{}', 10),
    ('supplier_invoice', 'number', '{}', 11),
    ('stock_count', 'number', '{}', 12),
    ('pick_list', 'number', '{}', 13);
