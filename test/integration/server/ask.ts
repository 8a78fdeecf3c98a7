import { type IncomingHttpHeaders, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: { readonly [key: string]: unknown; readonly error?: { code: string; message: string } };
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** One request with exactly these headers; POSTs get the Origin of the server unless they name their own. */
export function ask(
  origin: string,
  path: string,
  { method = 'GET', headers = {}, body }: Ask = {},
): Promise<Answer> {
  const own: Record<string, string> = method === 'GET' ? {} : { origin };
  return new Promise((resolve, reject) => {
    const sent = request(
      `${origin}${path}`,
      { method, headers: { ...own, ...headers }, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const isJson =
            response.headers['content-type']?.startsWith('application/json') === true && text !== '';
          const json = isJson ? (JSON.parse(text) as Answer['json']) : {};
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
