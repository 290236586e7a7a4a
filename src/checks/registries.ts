/**
 * RDAP servers of well-known top-level domains, for a server that could never read IANA's list
 * (https://data.iana.org/rdap/dns.json, RFC 9224). That list wins wherever it says something.
 */
export const REGISTRIES: Readonly<Record<string, string>> = {
  app: 'https://pubapi.registry.google/rdap/',
  br: 'https://rdap.registro.br/',
  com: 'https://rdap.verisign.com/com/v1/',
  cz: 'https://rdap.nic.cz/',
  dev: 'https://pubapi.registry.google/rdap/',
  fr: 'https://rdap.nic.fr/',
  net: 'https://rdap.verisign.com/net/v1/',
  nl: 'https://rdap.sidn.nl/',
  no: 'https://rdap.norid.no/',
  org: 'https://rdap.publicinterestregistry.org/rdap/',
  page: 'https://pubapi.registry.google/rdap/',
  uk: 'https://rdap.nominet.uk/uk/',
};

/**
 * Second levels under which registries sell names, of the countries where that is usual. The complete list
 * (publicsuffix.org) is three hundred times as long; a name under a suffix missing here is asked for one level too
 * high, and the registry says that it does not know it.
 */
const SECOND_LEVELS: Readonly<Record<string, string>> = {
  ar: 'com edu gob gov int mil net org',
  at: 'ac co gv or',
  au: 'asn com edu gov id net org',
  br: 'adv app art blog com dev eco edu emp eng gov ind inf jus leg mil net org tv wiki',
  cn: 'ac com edu gov mil net org',
  hk: 'com edu gov idv net org',
  id: 'ac co desa go mil my net or sch web',
  il: 'ac co gov k12 muni net org',
  in: 'ac co edu firm gen gov ind mil net nic org res',
  jp: 'ac ad co ed go gr lg ne or',
  ke: 'ac co go info me mobi ne or sc',
  kr: 'ac co go mil ne or pe re',
  mx: 'com edu gob net org',
  my: 'com edu gov mil name net org',
  nz: 'ac co cri geek gen govt health iwi kiwi maori mil net org parliament school',
  pl: 'com edu gov info mil net org',
  sg: 'com edu gov net org per',
  th: 'ac co go in mi net or',
  tr: 'av bbs bel biz com dr edu gen gov info k12 mil name net org pol tel tv web',
  tw: 'club com ebiz edu game gov idv mil net org',
  ua: 'com edu gov in kiev kyiv lviv net odesa org',
  uk: 'ac co gov ltd me net nhs org plc police sch',
  za: 'ac co edu gov law mil net nom org school web',
};

/** The name a registry knows a host by: one label under the public suffix. Null for a suffix itself. */
export function registrableDomain(host: string): string | null {
  const labels = host.toLowerCase().split('.');
  const last = labels.at(-1) ?? '';
  const second = labels.at(-2) ?? '';
  const depth = (SECOND_LEVELS[last] ?? '').split(' ').includes(second) ? 3 : 2;
  return labels.length < depth ? null : labels.slice(-depth).join('.');
}
