-- Harbour Services: a company with two branches that have the same things, so that what leaks from one to the other shows.
select api.create_company('HB', 'Harbour Services', '海港服务');

insert into erp.org_unit (company_id, parent_id, kind, code, name, name_zh)
select c.id, u.id, 'branch', b.code, b.name, b.name_zh
from erp.company c
join erp.org_unit u on u.company_id = c.id and u.kind = 'company'
cross join (values ('NORTH', 'North branch', '北方分公司'), ('SOUTH', 'South branch', '南方分公司')) b (code, name, name_zh)
where c.code = 'HB';

insert into erp.org_unit (company_id, parent_id, kind, code, name, name_zh)
select u.company_id, u.id, k.kind, k.prefix || u.code, k.name, k.name_zh
from erp.org_unit u
cross join (values ('warehouse', 'WH-', 'Store', '仓库'), ('site', 'SITE-', 'Quay', '码头')) k (kind, prefix, name, name_zh)
where u.kind = 'branch';

insert into erp.party (company_id, code, name, name_zh, is_customer, is_supplier)
select c.id, p.code, p.name, p.name_zh, p.customer, not p.customer
from erp.company c
cross join (values ('C-NORTH', 'Northern Port', '北方港务', true), ('C-SOUTH', 'Southern Port', '南方港务', true),
                   ('S-ALL', 'Bearing Works', '轴承厂', false)) p (code, name, name_zh, customer)
where c.code = 'HB';
insert into erp.party_unit (party_id, org_unit_id)
select p.id, u.id from erp.party p join erp.org_unit u on u.code = substr(p.code, 3) or (p.code = 'S-ALL' and u.kind = 'company');
insert into erp.contact (party_id, name, name_zh, phone)
select p.id, 'Wang Jun', '王军', '138 0000 0000' from erp.party p where p.is_customer;

insert into erp.site (company_id, org_unit_id, party_id, code, name, name_zh)
select u.company_id, u.id, p.id, u.code, 'Quay of ' || p.name, p.name_zh || '码头'
from erp.org_unit u
join erp.party p on p.code = 'C-' || substr(u.code, 6)
where u.kind = 'site';

insert into erp.asset_class (code, name, name_zh) values ('PUMP', 'Pump', '泵');
insert into erp.asset (company_id, org_unit_id, asset_class_id, site_id, code, name, name_zh, maker, model, serial_number)
select s.company_id, s.org_unit_id, c.id, s.id, 'P-' || substr(s.code, 6), 'Cooling water pump', '冷却水泵', 'Grundfos', 'NB-80',
       'SN-' || s.id
from erp.site s
cross join erp.asset_class c;

insert into erp.item (company_id, org_unit_id, code, name, name_zh, standard_cost)
select u.company_id, u.id, i.code, i.name, i.name_zh, 10
from erp.org_unit u
join (values ('HB', 'BRG-6205', 'Deep groove ball bearing', '深沟球轴承'), ('SOUTH', 'OIL-S', 'Oil of the south', '南方机油'))
     i (unit, code, name, name_zh) on i.unit = u.code;

insert into erp.stock_location (company_id, org_unit_id, code, name, name_zh, kind)
select u.company_id, u.id, l.code, l.name, l.name_zh, l.kind
from erp.org_unit u
join (values ('WH-NORTH', 'N-1', 'Shelf', '货架', 'store'), ('WH-SOUTH', 'S-1', 'Shelf', '货架', 'store'),
             ('HB', 'SUPPLIER', 'Supplier', '供应商', 'supplier')) l (unit, code, name, name_zh, kind) on l.unit = u.code;
insert into erp.stock_document (company_id, org_unit_id, document_type, number, effective_at, posted_by)
select l.company_id, l.org_unit_id, 'receipt', 'RCV-' || l.code, now(), 0
from erp.stock_location l where l.kind = 'store';
insert into erp.stock_move (company_id, from_org_unit_id, to_org_unit_id, document_id, line_no, item_id, from_location_id,
                            to_location_id, quantity, entered_quantity, entered_uom, unit_cost, amount, effective_at, posted_by)
select l.company_id, s.org_unit_id, l.org_unit_id, d.id, 1, i.id, s.id, l.id, 8, 8, 'pc', 10, 80, now(), 0
from erp.stock_location l
join erp.stock_document d on d.number = 'RCV-' || l.code
join erp.stock_location s on s.kind = 'supplier'
join erp.item i on i.code = 'BRG-6205'
where l.kind = 'store';
insert into erp.stock_balance (company_id, org_unit_id, item_id, location_id, quantity)
select l.company_id, l.org_unit_id, i.id, l.id, 8
from erp.stock_location l
join erp.item i on i.code = 'BRG-6205'
where l.kind = 'store';

insert into erp.contract (company_id, org_unit_id, number, name, name_zh, customer_id, contract_type, starts_on, ends_on, annual_value)
select u.company_id, u.id, 'CON-' || u.code, 'Pumps of ' || p.name, p.name_zh || '水泵保养', p.id, 'full_service',
       date '2026-01-01', date '2027-12-31', 120000
from erp.org_unit u
join erp.party p on p.code = 'C-' || u.code
where u.kind = 'branch';
insert into erp.contract_line (contract_id, line_no, description, unit_price)
select c.id, 1, 'Maintenance', 120000 from erp.contract c;

insert into erp.engineer (company_id, org_unit_id, code, name, name_zh, initials, hourly_rate)
select u.company_id, u.id, 'E-' || u.code, 'Li Ming', '李明', 'LM', 200 from erp.org_unit u where u.kind = 'branch';

insert into erp.work_order (company_id, org_unit_id, number, title, title_zh, asset_id, priority)
select u.company_id, u.id, 'WO-' || u.code, 'Seal leaks', '机械密封泄漏', a.id, 'P2'
from erp.org_unit u
join erp.asset a on a.code = 'P-' || u.code
where u.kind = 'branch';
insert into erp.work_order_step (work_order_id, line_no, name) select w.id, 1, 'Lock out' from erp.work_order w;

insert into erp.booking (company_id, org_unit_id, engineer_id, work_order_id, slot)
select e.company_id, e.org_unit_id, e.id, w.id, tstzrange('2026-12-01 09:00+08', '2026-12-01 11:00+08')
from erp.engineer e
join erp.work_order w on w.org_unit_id = e.org_unit_id;
