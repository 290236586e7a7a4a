import type { SendContext } from '../../src/channels/channel.ts';
import { MailLines } from '../../src/channels/mail-lines.ts';
import { fakeClock } from './clock.ts';
import { BASE_URL } from './parcels.ts';

/** What a channel may use to send: the network of this machine, and no mail server. */
export function context(config: Partial<SendContext['config']> = {}): SendContext {
  return {
    clock: fakeClock(),
    outbound: { allowPrivate: true, resolvers: [] },
    config: {
      baseUrl: BASE_URL,
      smtp: { host: '', port: 0, username: '', password: '', from: '', tls: false },
      telegram: { botToken: '', apiUrl: 'https://api.telegram.org' },
      ...config,
    },
    mail: new MailLines(),
    signal: AbortSignal.timeout(60_000),
  };
}
