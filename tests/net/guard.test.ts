import { describe, expect, test } from 'vitest';
import { type Outbound, refuseAddress, refusePort } from '../../src/net/guard.ts';

const hosted: Outbound = { allowPrivate: false, resolvers: [] };
const atHome: Outbound = { allowPrivate: true, resolvers: [] };

/** First and last address of the refused blocks, and their neighbours outside. */
const PRIVATE = words(`
  10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1 127.255.255.254 172.16.0.0 172.31.255.255 192.0.0.1
  192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.0 198.19.255.255 198.51.100.7 203.0.113.255
  ::1 ::ffff:8.8.8.8 ::ffff:7f00:1 64:ff9b::7f00:1 64:ff9b::10.0.0.1 100::1 2001:1ff::1 2001:db8::1 2002:7f00:1::
  2002:808:808::1 3fff::1 3fff:fff::1 5f00::1 fc00::1 fdff::1 fec0::1 feff::1 4000::1 ::1:0:0:0`);
const NEVER = [
  ...words(`
  0.0.0.0 0.1.2.3 169.254.169.254 169.254.0.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 100.100.100.200
  192.0.0.192 168.63.129.16 :: ::7f00:1 ::8.8.8.8 fe80::1 fe80::1%eth0 febf::1 ff00::1 ff02::1 fd00:ec2::254
  ::ffff:169.254.169.254 ::ffff:a9fe:a9fe 64:ff9b::a9fe:a9fe 64:ff9b::169.254.169.254 2002:a9fe:a9fe::1
  64:ff9b:1::1 64:ff9b:0:1::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2
  localhost 127.1 0x7f000001 2130706433 127.0.0.1. ::1%lo`),
  '',
  ' 127.0.0.1',
];
const PUBLIC = words(`
  1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1 169.253.255.255
  169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.0.3.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0
  198.51.99.255 203.0.112.1 203.0.114.0 223.255.255.255 2606:4700:4700::1111 2001:200::1 2001:4860:4860::8888
  2003::1 3ffe::1 64:ff9b::8.8.8.8`);

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

describe('addresses on the open internet', () => {
  test.each(PUBLIC)('%s may be dialled', (ip) => expect(refuseAddress(ip, hosted)).toBeNull());
  test.each(PRIVATE)('%s is refused and the operator is told how to allow it', (ip) => {
    expect(refuseAddress(ip, hosted)).toMatch(/ALLOW_PRIVATE_TARGETS/);
  });
  test.each(NEVER)('%s is refused', (ip) => expect(refuseAddress(ip, hosted)).not.toBeNull());
});

describe('addresses of a self-hoster who allows private targets', () => {
  test.each([...PUBLIC, ...PRIVATE])('%s may be dialled', (ip) => expect(refuseAddress(ip, atHome)).toBeNull());
  test.each(NEVER)('%s stays refused, and no setting is promised', (ip) => {
    expect(refuseAddress(ip, atHome)).toMatch(/never contacted/);
  });
});

describe('ports', () => {
  test.each([80, 443, 8080, 3000, 8443, 9200])('%i may be spoken HTTP to', (port) => {
    expect(refusePort(port, hosted)).toBeNull();
  });
  test.each([22, 25, 465, 587, 3306, 5432, 6379, 11211])('%i belongs to something else', (port) => {
    expect(refusePort(port, hosted)).not.toBeNull();
    expect(refusePort(port, atHome)).toBeNull();
  });
});
