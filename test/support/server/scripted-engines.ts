import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A model, a voice and a recogniser on loopback, as an OpenAI-compatible vendor has them, that do as the question says:
 *
 * - `…late…` the model says nothing until it is let go on; `…halting…` it says one sentence and then nothing;
 * - `…breaks…` its connection breaks behind the first sentence; `…fails…` it answers 500;
 * - `…long…` its reply is heard for a quarter of a minute, and given at once; `…mute…` the voice breaks; `…voiceless…` the voice never answers.
 *
 * Anything else is answered by two short sentences.
 */
export class ScriptedEngines {
  /** Questions to the model that are not over. */
  openModel = 0;
  /** Texts that the voice is asked for and has not answered. */
  openVoice = 0;
  openEar = 0;
  /** What the model was asked, as it came. */
  readonly asked: string[] = [];
  /** All that came with each question, as JSON. */
  readonly histories: string[] = [];
  readonly #late = new Set<() => void>();
  /** What is said in any sound. */
  words = 'spoken words';
  isEarSilent = false;
  readonly #server: Server;

  static async start(): Promise<ScriptedEngines> {
    const engines = new ScriptedEngines();
    engines.#server.listen(0, '127.0.0.1');
    await once(engines.#server, 'listening');
    return engines;
  }

  private constructor() {
    this.#server = createServer((request, response) => {
      void this.#answer(request, response).catch(() => response.destroy());
    });
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  /** Who waits for the first word gets the whole reply. */
  letGo(): void {
    for (const answer of [...this.#late]) answer();
  }

  /** Requests under way, of all three. */
  get open(): number {
    return this.openModel + this.openVoice + this.openEar;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString('utf8');
    const path = request.url ?? '';
    if (path.endsWith('/chat/completions')) {
      this.openModel++;
      response.once('close', () => this.openModel--);
      this.#think(body, response);
    } else if (path.endsWith('/audio/speech')) {
      this.openVoice++;
      response.once('close', () => this.openVoice--);
      speak(body, response);
    } else if (path.endsWith('/audio/transcriptions')) {
      this.openEar++;
      response.once('close', () => this.openEar--);
      if (!this.isEarSilent) answerJson(response, { text: this.words });
    } else response.writeHead(404).end();
  }

  #think(body: string, response: ServerResponse): void {
    const { messages } = JSON.parse(body) as { messages: { role: string; content: unknown }[] };
    const text = JSON.stringify(messages.findLast(({ role }) => role === 'user')?.content ?? '');
    this.asked.push(text);
    this.histories.push(JSON.stringify(messages));
    if (has(text, 'fails')) {
      response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":{"message":"broken"}}');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    if (has(text, 'late')) {
      const answer = (): void => reply(text, response);
      this.#late.add(answer);
      response.once('close', () => this.#late.delete(answer));
    } else reply(text, response);
  }
}

function reply(text: string, response: ServerResponse): void {
  const say = (words: string): void => {
    const choices = [{ index: 0, delta: { content: words }, finish_reason: null }];
    response.write(`data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices })}\n\n`);
  };
  if (has(text, 'long'))
    for (let count = 1; count <= 6; count++) say(`This is sentence ${count} of many long ones. `);
  else if (has(text, 'mute')) say('Nobody can speak mute words. ');
  else if (has(text, 'voiceless')) say('Nobody answers voiceless words. ');
  else say('The first sentence. ');
  if (has(text, 'halting')) return;
  if (has(text, 'breaks')) {
    setTimeout(() => response.destroy(), 50);
    return;
  }
  say('The last sentence.');
  const choices = [{ index: 0, delta: {}, finish_reason: 'stop' }];
  response.end(`data: ${JSON.stringify({ id: 'c', choices })}\n\ndata: [DONE]\n\n`);
}

/** Sixty milliseconds of tone for each letter: s16le mono 24 000 Hz. */
function speak(body: string, response: ServerResponse): void {
  const { input = '' } = JSON.parse(body) as { input?: string };
  if (has(input, 'voiceless')) return;
  if (has(input, 'mute')) {
    response.destroy();
    return;
  }
  const samples = input.length * 60 * 24;
  const pcm = Int16Array.from(
    { length: samples },
    (_, at) => 5000 * Math.sin((2 * Math.PI * 220 * at) / 24_000),
  );
  response.writeHead(200, { 'content-type': 'audio/pcm' }).end(new Uint8Array(pcm.buffer));
}

function answerJson(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Words, not parts of them: an address may hold `latest`. */
function has(text: string, word: string): boolean {
  return new RegExp(`\\b${word}\\b`).test(text);
}
