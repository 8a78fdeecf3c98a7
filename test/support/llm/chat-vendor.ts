import type { VendorPorts } from '../../../src/vendor/index.js';
import { type ScriptedAnswer, type ScriptedRequest, ScriptedServer } from '../speech/scripted-server.js';
import { type ChatRig, recording } from './chat-rigs.js';

/** A vendor on loopback that answers as it is told to. */
export class ChatVendor {
  /** The next answers, in order; the last one stays. */
  answers: ScriptedAnswer[] = [];
  readonly #rig: ChatRig;
  readonly #server: ScriptedServer;

  static async start(rig: ChatRig): Promise<ChatVendor> {
    const server = await ScriptedServer.start();
    const vendor = new ChatVendor(rig, server);
    server.script = (request) => vendor.#answer(request);
    return vendor;
  }

  private constructor(rig: ChatRig, server: ScriptedServer) {
    this.#rig = rig;
    this.#server = server;
    this.play('text');
  }

  /** What everything that the engine sends to the vendor really reaches. */
  fetch(port = this.#server.port): typeof fetch {
    return (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      if (url.origin !== this.#rig.origin)
        throw new Error(`expected a request to ${this.#rig.origin}, got ${url.origin}`);
      return globalThis.fetch(`http://127.0.0.1:${port}${url.pathname}${url.search}`, init);
    };
  }

  ports(more: Partial<VendorPorts> & Pick<VendorPorts, 'clock'>): VendorPorts {
    return { fetch: this.fetch(), ...more };
  }

  play(...names: readonly string[]): void {
    this.answers = names.map((name) => streamed(recording(this.#rig.folder, name)));
  }

  get requests(): readonly ScriptedRequest[] {
    return this.#server.requests;
  }

  /** Questions alone, without lists and uploads. */
  get questions(): readonly ScriptedRequest[] {
    return this.#server.requests.filter(({ path }) => decodeURIComponent(path) === this.#rig.path);
  }

  get connections(): number {
    return this.#server.connections;
  }

  get finished(): number {
    return this.#server.finished;
  }

  get leftEarly(): number {
    return this.#server.leftEarly;
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  #answer({ path }: ScriptedRequest): ScriptedAnswer {
    const json = { 'content-type': 'application/json' };
    if (path.endsWith('/files/upload')) return { headers: json, body: '{"id":"file-1"}' };
    if (decodeURIComponent(path) !== this.#rig.path)
      return { headers: json, body: '{"data":[],"result":"success"}' };
    const [next = { status: 500 }] = this.answers;
    if (this.answers.length > 1) this.answers.shift();
    return next;
  }
}

export function streamed(body: Uint8Array | string, more: Partial<ScriptedAnswer> = {}): ScriptedAnswer {
  return { headers: { 'content-type': 'text/event-stream; charset=utf-8' }, body, ...more };
}
