-- Rows for every list: a north and a south branch of one company.
insert into erp.company (code, name, name_zh) values ('HT', 'Hengtuo Services', '恒拓服务');
insert into erp.org_unit (company_id, kind, code, name, name_zh) values (1, 'company', 'HT', 'Hengtuo', '恒拓');
insert into erp.org_unit (company_id, parent_id, kind, code, name, name_zh) values
    (1, 1, 'branch', 'NORTH', 'North', '北方分公司'), (1, 1, 'branch', 'SOUTH', 'South', '南方分公司');
insert into erp.org_unit (company_id, parent_id, kind, code, name, name_zh) values
    (1, 2, 'site', 'S-N', 'North mill', '北方钢厂'), (1, 3, 'site', 'S-S', 'South port', '南方港口');
insert into erp.party (company_id, code, name, name_zh, is_customer, customer_class, city, phone) values
    (1, 'C-001', 'Huarui Precision', '华瑞精密', true, 'strategic', '苏州', '0512-1'),
    (1, 'C-002', 'Donggang Terminal', '东港码头', true, 'standard', null, null);
insert into erp.party (company_id, code, name, name_zh, is_supplier, payment_days) values
    (1, 'S-001', 'Bearing House', '轴承之家', true, 45), (1, 'S-002', 'Seal Works', null, true, 30);
insert into erp.party_unit (party_id, org_unit_id) values (1, 2), (2, 3), (3, 2), (3, 3), (4, 2);
insert into erp.contact (party_id, name, name_zh, phone, is_main) values (1, 'Li Na', '李娜', '138', true), (2, 'Zhou', null, null, false);
insert into erp.site (company_id, org_unit_id, party_id, code, name, name_zh, city) values
    (1, 4, 1, 'S-N', 'North mill', '北方钢厂', '苏州'), (1, 5, 2, 'S-S', 'South port', '南方港口', null);
insert into erp.asset_class (code, name, name_zh) values ('PUMP', 'Pump', '水泵'), ('CRANE', 'Crane', '起重机');
insert into erp.custom_field (table_name, key, kind, label, label_zh, position) values
    ('asset', 'colour', 'text', 'Colour', '颜色', 1), ('asset', 'power', 'decimal', 'Power', '功率', 2),
    ('asset', 'checked', 'date', 'Checked', '检查日期', 3), ('asset', 'loud', 'boolean', 'Loud', '噪声', 4);
insert into erp.asset (company_id, org_unit_id, asset_class_id, site_id, code, name, name_zh, state, criticality, maker,
                       model, warranty_until, purchase_cost, age_years, custom)
select 1, case when i <= 20 then 4 else 5 end, 1 + i % 2, case when i <= 20 then 1 else 2 end, 'A-' || lpad(i::text, 3, '0'),
       'Pump ' || i, case when i % 3 > 0 then '水泵' || i end,
       (array['operational', 'down', 'standby'])[1 + i % 3], (array['A', 'B', 'C'])[1 + i % 3],
       case when i % 4 > 0 then 'Grundfos' end, 'model' || (1 + i % 4), case when i % 2 > 0 then current_date + i * 5 end,
       case when i % 5 > 0 then i * 1000.25 end, i % 7, case when i % 2 > 0
       then jsonb_build_object('colour', 'red', 'power', i * 1.5, 'checked', '2026-01-15', 'loud', true) else '{}' end
from generate_series(1, 30) i;
insert into erp.meter (asset_id, code, name, kind, unit) values (1, 'H', 'Hours', 'continuous', 'h'), (25, 'H', 'Hours', 'continuous', 'h');
insert into erp.meter_reading (meter_id, read_at, value) values (1, now() - interval '2 days', 100), (1, now(), 148.5);
insert into erp.failure_code (level, code, name, name_zh) values ('problem', 'comp1', 'Component 1', '部件1'), ('problem', 'comp2', 'Component 2', null);
insert into erp.asset_event (company_id, org_unit_id, asset_id, kind, code, occurred_at)
select 1, a.org_unit_id, a.id, 'error', 'error' || (a.id % 3), now() - a.id * interval '1 hour' from erp.asset a;
insert into erp.unit_of_measure (code, name, name_zh) values ('pc', 'piece', '件') on conflict do nothing;
insert into erp.item (company_id, org_unit_id, code, name, name_zh, standard_cost) values (1, 1, 'I-1', 'Seal', '密封圈', 12.5);
insert into erp.skill (code, name, name_zh) values ('ELEC', 'Electrical', '电气');
insert into erp.engineer (company_id, org_unit_id, code, name, name_zh, initials, hourly_rate) values
    (1, 2, 'E-1', 'Wang Jun', '王军', 'WJ', 180), (1, 3, 'E-2', 'Liu Tao', '刘涛', 'LT', 200);
insert into erp.engineer_skill (engineer_id, skill_id) values (1, 1);
insert into erp.contract (company_id, org_unit_id, number, name, name_zh, customer_id, contract_type, starts_on, ends_on, annual_value)
values (1, 2, 'HT-2026-0001', 'Compressors', '空压机', 1, 'full_service', current_date - 300, current_date + 60, 486000),
       (1, 3, 'HT-2026-0002', 'Cranes', '起重机', 2, 'preventive', current_date - 100, current_date + 600, 1248000);
insert into erp.contract_line (contract_id, line_no, description, unit_price) values (1, 1, 'Service', 40500), (2, 1, 'Inspection', 1248000);
insert into erp.contract_asset (contract_id, asset_id, starts_on) values (1, 1, current_date), (2, 25, current_date);
set local session_replication_role = replica;
update erp.contract set state = 'active';
insert into erp.work_order (company_id, org_unit_id, number, title, title_zh, state, priority, asset_id, site_id, customer_id,
                            contract_id, engineer_id, due_at)
select 1, a.org_unit_id, 'WO-' || lpad(a.id::text, 4, '0'), 'Service ' || a.id, '保养' || a.id,
       (array['approved', 'working', 'closed', 'waiting_part'])[1 + a.id % 4], 'P' || (1 + a.id % 4), a.id, a.site_id, a.site_id,
       a.site_id, a.site_id, case when a.id % 3 > 0 then now() + a.id * interval '3 hours' end
from erp.asset a;
insert into erp.failure (company_id, org_unit_id, asset_id, failure_code_id, work_order_id, occurred_at)
select 1, w.org_unit_id, w.asset_id, 1 + w.id % 2, case when w.id % 5 > 0 then w.id end, now() - w.id * interval '1 day'
from erp.work_order w;
insert into erp.labour (company_id, org_unit_id, work_order_id, engineer_id, period, hourly_rate, amount)
values (1, 4, 1, 1, tstzrange(now() - interval '3 hours', now()), 180, 540), (1, 5, 25, 2, tstzrange(now() - interval '1 hour', now()), 200, 200);
insert into erp.travel (company_id, org_unit_id, work_order_id, engineer_id, travelled_on, distance_km, amount)
values (1, 4, 1, 1, current_date, 35.5, 71), (1, 5, 25, 2, current_date, 10, 20);
insert into erp.booking (company_id, org_unit_id, engineer_id, work_order_id, slot)
values (1, 2, 1, 1, tstzrange(now(), now() + interval '2 hours')), (1, 3, 2, 25, tstzrange(now(), now() + interval '1 hour'));
insert into erp.absence (company_id, org_unit_id, engineer_id, kind, period) values
    (1, 2, 1, 'leave', tstzrange(now() + interval '3 days', now() + interval '4 days'));
insert into erp.job_plan (company_id, org_unit_id, code, name, name_zh, state) values (1, 2, 'JP-1', 'Yearly service', '年度保养', 'active');
insert into erp.stock_location (company_id, org_unit_id, kind, code, name) values
    (1, 2, 'bin', 'N-01', 'North bin'), (1, 3, 'bin', 'S-01', 'South bin'), (1, 1, 'supplier', 'SUPPLIER', 'Supplier');
insert into erp.stock_document (company_id, org_unit_id, document_type, number, effective_at, posted_by) values
    (1, 2, 'receipt', 'RCV-1', now(), 1), (1, 3, 'receipt', 'RCV-2', now(), 1);
insert into erp.stock_move (company_id, from_org_unit_id, to_org_unit_id, document_id, line_no, item_id, from_location_id,
                            to_location_id, quantity, entered_quantity, entered_uom, unit_cost, amount, effective_at, posted_by)
values (1, 1, 2, 1, 1, 1, 3, 1, 10, 10, 'pc', 12.5, 125, now(), 1), (1, 1, 3, 2, 1, 1, 3, 2, 4, 4, 'pc', 12.5, 50, now(), 1);
insert into erp.stock_balance (company_id, org_unit_id, item_id, location_id, quantity, reserved) values
    (1, 2, 1, 1, 10, 2), (1, 3, 1, 2, 4, 0);
insert into erp.item_cost (company_id, item_id, quantity, value, average) values (1, 1, 14, 175, 12.5);
insert into erp.reservation (company_id, org_unit_id, work_order_id, item_id, balance_id, quantity) values (1, 2, 1, 1, 1, 2);
insert into erp.purchase_order (company_id, org_unit_id, number, supplier_id, state) values
    (1, 2, 'PO-1', 3, 'ordered'), (1, 3, 'PO-2', 3, 'draft');
insert into erp.purchase_order_line (purchase_order_id, line_no, item_id, quantity, unit_price) values
    (1, 1, 1, 10, 12.5), (2, 1, 1, 4, 12);
insert into erp.requisition (company_id, org_unit_id, number, state, requested_by) values
    (1, 2, 'REQ-1', 'approved', 1), (1, 3, 'REQ-2', 'submitted', 1);
insert into erp.requisition_line (requisition_id, line_no, item_id, quantity, uom, supplier_id, estimated_price, needed_on) values
    (1, 1, 1, 10, 'pc', 3, 12.5, current_date + 5), (2, 1, 1, 4, 'pc', 3, 12, current_date - 1);
insert into erp.approval_rule (company_id, org_unit_id, document_type, role_key, amount_from) values
    (1, 1, 'requisition', 'manager', 0), (1, 2, 'purchase_order', 'finance', 1000);
insert into erp.approval (company_id, org_unit_id, requisition_id, step, role_key, amount, content, state, requested_by) values
    (1, 2, 1, 1, 'manager', 125, '', 'approved', 1), (1, 3, 2, 1, 'manager', 48, '', 'open', 1);
insert into erp.supplier_price (company_id, org_unit_id, item_id, supplier_id, unit_price, valid_from) values
    (1, 1, 1, 3, 12, current_date - 30), (1, 3, 1, 3, 11, current_date - 30);
insert into erp.rfq (company_id, org_unit_id, number, state) values (1, 2, 'RFQ-1', 'sent'), (1, 3, 'RFQ-2', 'draft');
insert into erp.rfq_line (rfq_id, line_no, item_id, quantity) values (1, 1, 1, 10), (2, 1, 1, 4);
insert into erp.rfq_supplier (rfq_id, supplier_id) values (1, 3), (2, 3);
insert into erp.rfq_quote (rfq_id, rfq_supplier_id, rfq_line_id, unit_price) values (1, 1, 1, 12), (2, 2, 2, null);
insert into erp.outgoing_mail (company_id, org_unit_id, kind, purchase_order_id, email, subject) values
    (1, 2, 'order', 1, 'sales@example.com', 'Order PO-1'), (1, 3, 'reminder', 2, 'sales@example.com', 'Reminder PO-2');
insert into erp.cost_entry (company_id, org_unit_id, cost_type, work_order_id, asset_id, contract_id, quantity, amount, source_table, source_id, effective_at)
values (1, 4, 'labour', 1, 1, 1, 3, 540, 'labour', 1, now()), (1, 4, 'parts', 1, 1, 1, 2, 25, 'stock_move', 1, now()),
       (1, 5, 'travel', 25, 25, 2, 10, 20, 'travel', 2, now());
set local session_replication_role = origin;
