-- Service levels: the four ready-made ones. Their clocks come with the service desk.

create table erp.sla_level (
    code             text    collate "C" not null constraint sla_level_pk primary key,
    name             text    not null,
    name_zh          text    not null,
    response_minutes integer not null constraint sla_level_response_positive check (response_minutes > 0),
    stop_minutes     integer not null constraint sla_level_stop_positive check (stop_minutes > 0),
    stop_event       text    not null constraint sla_level_stop_known check (stop_event in ('restore', 'resolve', 'repair', 'answer'))
);
insert into erp.sla_level (code, name, name_zh, response_minutes, stop_minutes, stop_event) values
    ('P1', 'Critical', '紧急', 15, 120, 'restore'),
    ('P2', 'High', '高', 30, 240, 'resolve'),
    ('P3', 'Normal', '普通', 120, 1440, 'repair'),
    ('P4', 'Question', '咨询', 480, 2880, 'answer');

call erp.secure('erp.sla_level', 'reference');
call erp.allow('erp.sla_level', 'business', 'select');
call erp.allow('erp.sla_level', 'steward', 'update (name, name_zh, response_minutes, stop_minutes, stop_event)');
call erp.track('erp.sla_level');
