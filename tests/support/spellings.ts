const FULL_WIDTH = 0xff10;
const CIRCLED = ['⓪', '①', '②', '③', '④', '⑤', '⑥', '⑦', '⑧', '⑨'];
const MATHEMATICAL = 0x1d7ce;
const DOTS = ['。', '．', '｡'];

/** The ways to write one IPv4 address that a URL parser folds into it, and the IPv6 forms that carry it. */
export function notations(ip: string): string[] {
  const parts = ip.split('.').map(Number);
  const [a = 0, b = 0, c = 0, d = 0] = parts;
  const whole = ((a * 256 + b) * 256 + c) * 256 + d;
  const lastThree = (b * 256 + c) * 256 + d;
  const lastTwo = c * 256 + d;
  const hex = (n: number, digits = 0): string => n.toString(16).padStart(digits, '0');
  const octal = (n: number): string => `0${n.toString(8)}`;
  const digits = (draw: (n: number) => string): string => ip.replace(/\d/g, (n) => draw(Number(n)));
  const [high, low] = [hex(a * 256 + b, 4), hex(lastTwo, 4)];
  return [
    ip,
    `${ip}.`,
    `${whole}`,
    `${a}.${lastThree}`,
    `${a}.${b}.${lastTwo}`,
    `0x${hex(whole)}`,
    `0X${hex(whole, 8).toUpperCase()}`,
    `0x${hex(whole, 16)}`,
    `0${whole.toString(8)}`,
    ...[parts.map((n) => `0x${hex(n)}`), parts.map(octal), parts.map((n) => `000${octal(n)}`)].map((p) => p.join('.')),
    `0x${hex(a)}.${lastThree}`,
    `${octal(a)}.${b}.0x${hex(lastTwo)}`,
    `${a}.0x${hex(b)}.${octal(c)}.${d}`,
    `${a}.0x${hex(lastThree)}`,
    `${octal(a)}.${octal(lastThree)}`,
    ...DOTS.map((dot) => ip.replaceAll('.', dot)),
    digits((n) => String.fromCodePoint(FULL_WIDTH + n)),
    digits((n) => CIRCLED[n] ?? ''),
    digits((n) => String.fromCodePoint(MATHEMATICAL + n)),
    digits((n) => `%3${n}`),
    ip.replaceAll('.', '%2E'),
    ip.replaceAll('.', '%E3%80%82'),
    ip.replace('.', '\u00ad.'),
    ip.replace('.', '\u200b.'),
    `[::ffff:${ip}]`,
    `[::FFFF:${high}:${low}]`,
    `[0:0:0:0:0:ffff:${high}:${low}]`,
    `[::${ip}]`,
    `[::${high}:${low}]`,
    `[64:ff9b::${ip}]`,
    `[64:ff9b::${high}:${low}]`,
    `[64:ff9b:1::${ip}]`,
    `[0064:ff9b:0:0:0:0:${high}:${low}]`,
    `[2002:${high}:${low}::]`,
    `[2002:${high}:${low}::1]`,
    `[2001:0:${high}:${low}::1]`,
    `[2001::${ip}]`,
    `[2001:0:4136:e378:8000:63bf:${hex(0xffff - (a * 256 + b))}:${hex(0xffff - lastTwo)}]`,
  ];
}

/** Inside addresses of IPv6 in many spellings, with zone ids that no URL may have. */
export const INSIDE_V6: string[] = `
  ::1 0:0:0:0:0:0:0:1 0000:0000:0000:0000:0000:0000:0000:0001 ::0:1 0::1 ::0.0.0.1 0:0:0:0:0:0:0.0.0.1 ::1%lo
  ::1%25lo ::1%251 :: ::0 0:0:0:0:0:0:0:0 fe80::1 FE80::1 fe80::1%eth0 fe80::1%25eth0 febf::1 fc00::1 fd00::1
  fd00:ec2::254 FD00:0EC2:0:0:0:0:0:0254 fd20:ce::254 fec0::1 ff02::1 ff0e::1 2001:db8::1 2001:10::1 2001:2::1
  3fff::1 5f00::1 100::1 4000::1 e000::1`
  .trim()
  .split(/\s+/)
  .map((ip) => `[${ip}]`);

/** Names that mean this machine without asking anybody, and spellings that fold into them. */
export const HERE: string[] = `
  localhost LOCALHOST LocalHost localhost. a.localhost A.B.LOCALHOST. local%68ost %6cocalhost local\u00adhost
  ｌｏｃａｌｈｏｓｔ ⓛⓞⓒⓐⓛⓗⓞⓢⓣ 𝐥𝐨𝐜𝐚𝐥𝐡𝐨𝐬𝐭 localhost。 www。localhost loc\u200balhost ＬＯＣＡＬＨＯＳＴ`
  .trim()
  .split(/[ \n]+/);
