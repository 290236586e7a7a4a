import { createClient, type StatusPingClient } from '../../clients/ts/client.ts';
import { BASE_URL, type Visitor } from './app.ts';

/** The typed client, asking in a visitor's name. */
export function clientOf(visitor: Visitor): StatusPingClient {
  return createClient({
    baseUrl: BASE_URL,
    fetch: async (request) => {
      const body = request.method === 'GET' || request.method === 'DELETE' ? null : await request.text();
      const headers = new Headers(request.headers);
      headers.set('origin', BASE_URL);
      return visitor.request(request.url.slice(BASE_URL.length), {
        method: request.method,
        headers,
        ...(body === null ? {} : { body }),
      });
    },
  });
}
