import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';

/** The tables of Uptime Kuma 2 as far as they are documented, with something in each. */
export const KUMA_TABLES = `
create table notification (id integer primary key, name text, active boolean default 1, user_id integer, is_default boolean default 0, config text);
create table proxy (id integer primary key, user_id int, protocol text, host text, port int, auth boolean, username text, password text, active boolean, "default" boolean, created_date datetime);
create table monitor (id integer primary key, name text, active boolean default 1, user_id integer, interval integer default 20, url text, type text, weight integer default 2000, hostname text, port integer, created_date datetime, keyword text, maxretries integer default 0, ignore_tls boolean default 0, upside_down boolean default 0, maxredirects integer default 10, accepted_statuscodes_json text default '["200-299"]', dns_resolve_type text, dns_resolve_server text, dns_last_result text, retry_interval integer default 0, push_token text, method text default 'GET', body text, headers text, basic_auth_user text, basic_auth_pass text, docker_host int, docker_container text, proxy_id int, expiry_notification boolean default 1, auth_method text, resend_interval int default 0, packet_size int default 56, parent int, invert_keyword boolean default 0, json_path text, expected_value text, timeout double default 0, http_body_encoding text, description text, conditions text default '[]', json_path_operator text, cache_bust boolean default 0);
create table monitor_notification (id integer primary key, monitor_id int, notification_id int);
create table tag (id integer primary key, name text, color text, created_date datetime);
create table monitor_tag (id integer primary key, monitor_id int, tag_id int, value text);
create table status_page (id integer primary key, slug text, title text, description text, icon text, theme text, published boolean default 1, search_engine_index boolean default 1, show_tags boolean default 0, password text, created_date datetime, modified_date datetime, footer_text text, custom_css text, show_powered_by boolean default 1, google_analytics_tag_id text, show_certificate_expiry boolean default 0, auto_refresh_interval int default 300);
create table status_page_cname (id integer primary key, status_page_id int, domain text);
create table "group" (id integer primary key, name text, created_date datetime, public boolean default 0, active boolean default 1, weight int default 1000, status_page_id int);
create table monitor_group (id integer primary key, monitor_id int, group_id int, weight int default 1000, send_url boolean default 0);
create table maintenance (id integer primary key, title text, description text, user_id int, active boolean, strategy text);
create table incident (id integer primary key, title text, content text, style text, created_date datetime, last_updated_date datetime, pin boolean, active boolean, status_page_id int);
create table heartbeat (id integer primary key, monitor_id int, status int, msg text, time datetime, ping int);
create table user (id integer primary key, username text, password text);
insert into user values (1, 'admin', 'never read');
insert into notification values (1, 'Ops', 1, 1, 1, '{"type":"ntfy","ntfytopic":"acme-ops","ntfyserverurl":"https://ntfy.example.org","ntfyPriority":5,"ntfyAuthenticationMethod":"accessToken","ntfyaccesstoken":"tk_secret"}');
insert into monitor (id, name, type, url, interval, retry_interval, maxretries, timeout, parent) values (1, 'Website', 'http', 'https://www.example.com/', 60, 60, 1, 48, 3);
insert into monitor (id, name, type, push_token, interval, active) values (2, 'Cron', 'push', 'abcdefghijklmnopqrstuvwxyz012345', 600, 0);
insert into monitor (id, name, type, interval) values (3, 'Everything', 'group', 60);
insert into monitor_notification (monitor_id, notification_id) values (1, 1);
insert into tag values (1, 'team', '#fff', null);
insert into monitor_tag (monitor_id, tag_id, value) values (1, 1, 'web');
insert into status_page (id, slug, title, description, theme, custom_css, icon) values (1, 'acme', 'Acme status', 'How we are', 'dark', 'body {}', '/icon.svg');
insert into status_page_cname (status_page_id, domain) values (1, 'status.example.com');
insert into "group" (id, name, public, weight, status_page_id) values (1, 'Sites', 1, 1, 1), (2, 'Jobs', 1, 2, 1);
insert into monitor_group (monitor_id, group_id, weight) values (1, 1, 1), (2, 2, 1);
insert into maintenance values (1, 'Patch day', '', 1, 1, 'cron');
insert into incident values (1, 'Old news', 'x', 'info', null, null, 1, 1, 1);
insert into heartbeat (monitor_id, status) values (1, 1), (1, 0);
`;

/** The bytes of a SQLite file that `script` makes. */
export async function databaseBytes(script: string): Promise<Uint8Array<ArrayBuffer>> {
  const folder = mkdtempSync(join(tmpdir(), 'statusping-kuma-'));
  try {
    const client = createClient({ url: `file:${join(folder, 'kuma.db')}` });
    await client.executeMultiple(script);
    client.close();
    return new Uint8Array(readFileSync(join(folder, 'kuma.db')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
