import { type ScriptedAnswer, ScriptedServer } from '../../support/speech/scripted-server.js';

/** What becomes of every request, until it is told otherwise. */
export type Fault =
  | 'none'
  /** Nobody listens at the address. */
  | 'refused'
  | 'unauthorised'
  | 'tooMany'
  | 'broken'
  /** Connected, and never a byte. */
  | 'silent'
  /** The status line and headers, and never a byte of the body. */
  | 'headersOnly'
  /** Half of the body, then silence. */
  | 'stalls'
  /** The whole body, and then no end. */
  | 'lingers'
  /** Half of the body, then the connection breaks. */
  | 'cut'
  /** Half of the body, properly ended. */
  | 'truncated'
  | 'garbage'
  /** A page of somebody else: a hotel's, a proxy's. */
  | 'html'
  | 'empty';

export const FAULTS: readonly Exclude<Fault, 'none'>[] = [
  'refused',
  'unauthorised',
  'tooMany',
  'broken',
  'silent',
  'headersOnly',
  'stalls',
  'lingers',
  'cut',
  'truncated',
  'garbage',
  'html',
  'empty',
];

/** A vendor on loopback that works until it is told to fail. */
export class FailingVendor {
  readonly #scripted: ScriptedServer;
  readonly #port: number;
  #fault: Fault = 'none';
  /** Requests whose connection is still held. */
  open = 0;

  static async start(answer: ScriptedAnswer): Promise<FailingVendor> {
    return new FailingVendor(await ScriptedServer.start(), answer);
  }

  private constructor(scripted: ScriptedServer, answer: ScriptedAnswer) {
    this.#scripted = scripted;
    this.#port = scripted.port;
    scripted.script = () => faulty(answer, this.#fault);
    scripted.server.on('request', (_request, response) => {
      this.open++;
      response.on('close', () => this.open--);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/v1`;
  }

  get requests(): number {
    return this.#scripted.requests.length;
  }

  /** What was asked, of all requests together. */
  get asked(): string {
    return this.#scripted.requests.map(({ body }) => body).join('\n');
  }

  async fail(fault: Fault): Promise<void> {
    const { server } = this.#scripted;
    const wasRefused = this.#fault === 'refused';
    this.#fault = fault;
    if (fault === 'refused') {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    } else if (wasRefused)
      await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    if (this.#fault !== 'refused') await this.#scripted.close();
  }
}

function faulty(answer: ScriptedAnswer, fault: Fault): ScriptedAnswer {
  const { headers = {}, body = '' } = answer;
  const bytes = Buffer.from(body);
  const sized = { ...headers, 'content-length': String(bytes.byteLength) };
  const json = { 'content-type': 'application/json' };
  switch (fault) {
    case 'unauthorised':
      return { status: 401, headers: json, body: '{"error":{"message":"Incorrect API key provided"}}' };
    case 'tooMany':
      return { status: 429, headers: json, body: '{"error":{"message":"Rate limit reached"}}' };
    case 'broken':
      return { status: 500, headers: json, body: '{"error":{"message":"The server had an error"}}' };
    case 'silent':
      return { ending: 'silent' };
    case 'headersOnly':
      return { headers, ending: 'headers' };
    case 'stalls':
      return { headers: sized, body: bytes, ending: 'half' };
    case 'lingers':
      return { headers, body: Buffer.concat([bytes, bytes]), ending: 'half' };
    case 'cut':
      return { headers: sized, body: bytes, ending: 'cut' };
    case 'truncated':
      return { headers, body: bytes.subarray(0, bytes.byteLength >> 1) };
    case 'garbage':
      return { headers, body: Buffer.from(Array.from({ length: 999 }, (_, at) => (at * 167 + 13) & 0xff)) };
    case 'html':
      return {
        headers: { 'content-type': 'text/html' },
        body: '<html><body>Sign in to the hotel</body></html>',
      };
    case 'empty':
      return { headers, body: '' };
    default:
      return answer;
  }
}
