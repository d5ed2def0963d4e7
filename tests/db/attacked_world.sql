-- What only the south branch, its engineer's rate and its contract hold: words and figures that no probe may bring back.
update erp.asset set name = 'ZANZIBAR', note = 'ZANZIBAR' where code = 'P-SOUTH';
update erp.party set name = 'ZANZIBAR', tax_number = 'ZANZIBAR' where code = 'C-SOUTH';
update erp.contact c set name = 'ZANZIBAR', phone = 'ZANZIBAR' from erp.party p where p.id = c.party_id and p.code = 'C-SOUTH';
update erp.work_order set title = 'ZANZIBAR', note = 'ZANZIBAR' where number = 'WO-SOUTH';
update erp.engineer set name = 'ZANZIBAR', hourly_rate = 987654 where code = 'E-SOUTH';
update erp.item set name = 'ZANZIBAR' where code = 'OIL-S';
update erp.contract set name = 'ZANZIBAR', annual_value = 777777 where number = 'CON-SOUTH';
set local session_replication_role = replica;
update erp.work_order set state = 'approved';
set local session_replication_role = origin;
insert into erp.skill (code, name) values ('ATTACK', 'Attack');
insert into erp.purchase_order (company_id, org_unit_id, number, supplier_id)
select u.company_id, u.id, 'PO-' || u.code, p.id
from erp.org_unit u join erp.party p on p.code = 'S-ALL' where u.kind = 'branch';
