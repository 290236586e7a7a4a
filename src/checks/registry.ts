import type { Kind } from '../core/monitor.ts';
import { type AnyCheck, seal } from './check.ts';
import { dns } from './dns.ts';
import { domain } from './domain.ts';
import { grpc } from './grpc.ts';
import { group } from './group.ts';
import { heartbeat } from './heartbeat.ts';
import { http } from './http.ts';
import { ping } from './ping.ts';
import { smtp } from './smtp.ts';
import { ssl } from './ssl.ts';
import { tcp } from './tcp.ts';
import { websocket } from './websocket.ts';

/** Every kind of check. A kind of `core/monitor.ts` without a line here does not compile. */
export const CHECKS: Record<Kind, AnyCheck> = {
  http: seal(http),
  tcp: seal(tcp),
  ping: seal(ping),
  smtp: seal(smtp),
  ssl: seal(ssl),
  dns: seal(dns),
  websocket: seal(websocket),
  grpc: seal(grpc),
  heartbeat: seal(heartbeat),
  group: seal(group),
  domain: seal(domain),
};
