import type { Field } from '../core/field.ts';
import { choice } from '../core/config-values.ts';

/** Setting `ip_family` of every kind that connects. */
export const ipFamily = choice(['any', 'ipv4', 'ipv6'], 'any');

/** Its input; `label` says what goes over it. */
export function ipFamilyField(label = 'Connect over'): Field {
  return {
    name: 'ip_family',
    label,
    type: 'select',
    options: [
      { value: 'any', label: 'IPv4 or IPv6' },
      { value: 'ipv4', label: 'IPv4 only' },
      { value: 'ipv6', label: 'IPv6 only' },
    ],
    advanced: true,
  };
}

/** Input of the setting `verify_tls`. */
export const verifyTlsField: Field = {
  name: 'verify_tls',
  label: 'Check the certificate',
  type: 'checkbox',
  help: 'Off accepts expired, self-signed and foreign certificates.',
  advanced: true,
};
