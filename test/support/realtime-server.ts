import { Buffer } from 'node:buffer';
import { EventEmitter, once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

export type Json = Readonly<Record<string, unknown>>;

/** What the server remembers of one item, as the vendor does. */
export interface ServerItem {
  readonly id: string;
  readonly type: string;
  readonly role: string | undefined;
  readonly item: Json;
  /** Sound that it gave; undefined: none. */
  soundMs: number | undefined;
  /** Of its sound. */
  text?: string | undefined;
}

/** What a scripted model answers. Sound is a ramp, so that every sample is known. */
export type Say =
  | { readonly soundMs: number; readonly item?: string }
  /** Sound of the caller's own: 16-bit samples at 24 kHz, whole milliseconds. */
  | { readonly pcm: Buffer; readonly item?: string }
  | { readonly text: string }
  | { readonly call: string; readonly arguments: string }
  /** Waits for `go` of the connection. */
  | 'wait'
  | { readonly status: string; readonly details?: Json }
  /** Breaks the connection. */
  | 'drop'
  | { readonly raw: string };

export interface Answer {
  readonly says: readonly Say[];
  /** What the user said, as the vendor writes it down. */
  readonly userText?: string;
}

export interface Way {
  /** One text frame to the client. */
  send(text: string): void;
  close(code: number, reason: string): void;
  drop(): void;
}

/** Names of events: `ga` as the vendor has them now, `beta` as they were. */
export type Dialect = 'ga' | 'beta';

const BETA_NAMES: Readonly<Record<string, string>> = {
  'conversation.item.added': 'conversation.item.created',
  'response.output_audio.done': 'response.audio.done',
  'response.output_audio_transcript.done': 'response.audio_transcript.done',
  'response.output_audio.delta': 'response.audio.delta',
  'response.output_audio_transcript.delta': 'response.audio_transcript.delta',
};

/**
 * Which kinds of content a message may have.
 *
 * @source openai-node 025ca83 realtime.ts RealtimeConversationItemAssistantMessage, …UserMessage, …SystemMessage
 */
const USER_KINDS = ['input_text', 'input_audio', 'input_image'];
const KINDS: Readonly<Record<string, Readonly<Record<Dialect, readonly string[]>>>> = {
  assistant: { ga: ['output_text', 'output_audio'], beta: ['text'] },
  user: { ga: USER_KINDS, beta: USER_KINDS },
  system: { ga: ['input_text'], beta: ['input_text'] },
};

export const BYTES_PER_MS = 48;

/** `ms` of sound at 24 kHz: 16-bit samples that count up from `from`. */
export function ramp(ms: number, from = 0): Buffer {
  const pcm = Buffer.alloc(ms * BYTES_PER_MS);
  for (let at = 0; at < pcm.byteLength; at += 2) pcm.writeInt16LE((from + at / 2) % 30_000, at);
  return pcm;
}

/** One connection as the server sees it: written from the vendor's reference, sharing nothing with the product. */
export class ServerSession {
  readonly events: Json[] = [];
  readonly items: ServerItem[] = [];
  session: Json | undefined;
  /** Bytes of sound that are not an item yet. */
  buffered = 0;
  isOpen = true;
  readonly #server: RealtimeServer;
  readonly #way: Way;
  #count = 0;
  #active: { id: string; isCancelled: boolean } | undefined;
  #go: (() => void)[] = [];

  constructor(server: RealtimeServer, way: Way) {
    this.#server = server;
    this.#way = way;
    this.send({ type: 'session.created', session: { id: 'sess_1', object: 'realtime.session' } });
  }

  send(event: Json): void {
    if (!this.isOpen) return;
    const type = String(event['type']);
    const name = this.#server.dialect === 'beta' ? (BETA_NAMES[type] ?? type) : type;
    this.#way.send(JSON.stringify({ event_id: `event_${++this.#count}`, ...event, type: name }));
  }

  sendRaw(text: string): void {
    this.#way.send(text);
  }

  close(code: number, reason: string): void {
    this.isOpen = false;
    this.#way.close(code, reason);
  }

  drop(): void {
    this.isOpen = false;
    this.#way.drop();
  }

  /** Lets an answer go on that waits. */
  go(): void {
    this.#go.shift()?.();
  }

  ofType(type: string): readonly Json[] {
    return this.events.filter((event) => event['type'] === type);
  }

  fail(code: string, message: string, cause?: Json, type = 'invalid_request_error'): void {
    const eventId = this.#server.namesCauses ? (cause?.['event_id'] ?? null) : null;
    this.send({ type: 'error', error: { type, code, message, param: null, event_id: eventId } });
  }

  receive(text: string): void {
    const event = JSON.parse(text) as Json;
    this.events.push(event);
    if (this.#server.deaf.has(String(event['type']))) return;
    const refusal = this.#server.refusals.get(String(event['type']));
    if (refusal !== undefined) {
      this.fail(refusal.code, refusal.message, event);
      return;
    }
    this.#act(event);
  }

  #act(event: Json): void {
    switch (event['type']) {
      case 'session.update':
        this.#update(event);
        break;
      case 'input_audio_buffer.append':
        this.buffered += Buffer.from(String(event['audio']), 'base64').byteLength;
        break;
      case 'input_audio_buffer.clear':
        this.buffered = 0;
        this.send({ type: 'input_audio_buffer.cleared' });
        break;
      case 'input_audio_buffer.commit':
        this.#commit(event);
        break;
      case 'conversation.item.create':
        this.#create(event, event['item'] as Json);
        break;
      case 'conversation.item.delete':
        this.#delete(event);
        break;
      case 'conversation.item.truncate':
        this.#truncate(event);
        break;
      case 'response.create':
        this.#answer(event).catch(() => this.drop());
        break;
      case 'response.cancel':
        this.#cancel(event);
        break;
      default:
        this.fail('unknown_event', `Unknown event ${String(event['type'])}`, event);
    }
  }

  #update(event: Json): void {
    const changes = event['session'] as { readonly audio?: { readonly output?: unknown } } & Json;
    const hasSpoken = this.items.some(({ soundMs }) => soundMs !== undefined && soundMs > 0);
    if (hasSpoken && (changes['voice'] !== undefined || changes.audio?.output !== undefined)) {
      this.fail(
        'cannot_update_voice',
        'Cannot update a conversation voice if assistant audio is present',
        event,
      );
      return;
    }
    this.session = { ...this.session, ...changes };
    this.send({ type: 'session.updated', session: this.session });
  }

  #commit(event: Json): void {
    if (this.buffered < 100 * BYTES_PER_MS) {
      this.fail(
        'input_audio_buffer_commit_empty',
        'Error committing input audio buffer: buffer too small.',
        event,
      );
      return;
    }
    const id = `user_${++this.#count}`;
    this.items.push({
      id,
      type: 'message',
      role: 'user',
      item: { soundMs: this.buffered / BYTES_PER_MS },
      soundMs: undefined,
    });
    this.buffered = 0;
    this.send({ type: 'input_audio_buffer.committed', item_id: id, previous_item_id: null });
    this.send({ type: 'conversation.item.added', item: { id, type: 'message', role: 'user' } });
    const written = this.#server.writes.shift();
    if (written !== undefined) this.writeDown(id, written);
  }

  #create(event: Json, item: Json): void {
    if (
      item['type'] === 'function_call_output' &&
      !this.items.some((known) => known.item['call_id'] === item['call_id'] && known.type === 'function_call')
    ) {
      this.fail('invalid_tool_call_id', `No tool call found for ${String(item['call_id'])}`, event);
      return;
    }
    const kinds = KINDS[String(item['role'])];
    const contents = (item['content'] ?? []) as readonly Json[];
    const wrong = contents.find(({ type }) => !(kinds?.[this.#server.dialect] ?? []).includes(String(type)));
    if (item['type'] === 'message' && wrong !== undefined) {
      this.fail('invalid_value', `Invalid value: '${String(wrong['type'])}'.`, event);
      return;
    }
    const id = String(item['id'] ?? `made_${++this.#count}`);
    if (id.length > 32 || this.items.some((known) => known.id === id)) {
      this.fail('invalid_item_id', `The item id '${id}' is taken or too long`, event);
      return;
    }
    this.items.push({
      id,
      type: String(item['type']),
      role: item['role'] as string | undefined,
      item,
      soundMs: undefined,
    });
    this.send({ type: 'conversation.item.added', item: { ...item, id } });
  }

  #delete(event: Json): void {
    const at = this.items.findIndex(({ id }) => id === event['item_id']);
    if (at < 0) this.fail('item_delete_invalid_item_id', 'The item does not exist', event);
    else {
      this.items.splice(at, 1);
      this.send({ type: 'conversation.item.deleted', item_id: event['item_id'] });
    }
  }

  #truncate(event: Json): void {
    const item = this.items.find(({ id }) => id === event['item_id']);
    const ms = Number(event['audio_end_ms']);
    if (item?.soundMs === undefined) {
      this.fail('unsupported_content_type', 'Only model output audio messages can be truncated', event);
    } else if (!Number.isInteger(ms) || ms > item.soundMs) {
      this.fail('invalid_value', `Audio content of ${item.soundMs}ms is already shorter than ${ms}ms`, event);
    } else {
      item.soundMs = ms;
      // What was said of it is forgotten too: nobody knows how much of it was heard.
      item.text = undefined;
      this.send({
        type: 'conversation.item.truncated',
        item_id: item.id,
        content_index: 0,
        audio_end_ms: ms,
      });
    }
  }

  #cancel(event: Json): void {
    if (this.#active === undefined) {
      this.fail('response_cancel_not_active', 'Cancellation failed: no active response found', event);
      return;
    }
    this.#active.isCancelled = true;
    for (const go of this.#go.splice(0)) go();
  }

  async #answer(event: Json): Promise<void> {
    if (this.#active !== undefined) {
      this.fail(
        'conversation_already_has_active_response',
        `Conversation already has an active response in progress: ${this.#active.id}.`,
        event,
      );
      return;
    }
    const answer = this.#server.nextAnswer();
    const id = `resp_${++this.#count}`;
    const active = { id, isCancelled: false };
    this.#active = active;
    const user = this.items.findLast(({ role }) => role === 'user');
    this.send({ type: 'response.created', response: { id, status: 'in_progress' } });
    const output: Json[] = [];
    let end: Json = { status: 'completed' };
    for (const say of answer.says) {
      if (active.isCancelled || !this.isOpen) break;
      if (say === 'drop') {
        this.drop();
        return;
      }
      if (say === 'wait') await new Promise<void>((resolve) => this.#go.push(resolve));
      else if ('status' in say) end = { status: say.status, status_details: say.details ?? null };
      else if ('raw' in say) this.sendRaw(say.raw);
      else this.#say(say, id, output);
    }
    if (active.isCancelled)
      end = { status: 'cancelled', status_details: { type: 'cancelled', reason: 'client_cancelled' } };
    const usage = {
      input_tokens: 20,
      output_tokens: 30,
      input_token_details: { audio_tokens: 15, cached_tokens: 4 },
      output_token_details: { audio_tokens: 25 },
    };
    this.#finishItems(id);
    this.#active = undefined;
    this.send({ type: 'response.done', response: { id, output, usage, ...end } });
    if (answer.userText !== undefined && user !== undefined) this.writeDown(user.id, answer.userText);
  }

  /** Sound and words of its messages are at their end: told before the answer is. */
  #finishItems(responseId: string): void {
    for (const { id, text = '' } of this.items.filter((item) => item.id.startsWith(`msg_${responseId}_`))) {
      const ids = { response_id: responseId, item_id: id, output_index: 0, content_index: 0 };
      this.send({ type: 'response.output_audio.done', ...ids });
      this.send({ type: 'response.output_audio_transcript.done', ...ids, transcript: text });
      this.send({ type: 'response.content_part.done', ...ids, part: { type: 'audio', transcript: text } });
      this.send({ type: 'conversation.item.done', item: { id, type: 'message', role: 'assistant' } });
      this.send({
        type: 'response.output_item.done',
        response_id: responseId,
        item: { id, type: 'message' },
      });
    }
  }

  /** What the user said, in two pieces and whole. */
  writeDown(itemId: string, text: string): void {
    const name = 'conversation.item.input_audio_transcription';
    const half = text.length >> 1;
    for (const delta of [text.slice(0, half), text.slice(half)])
      this.send({ type: `${name}.delta`, item_id: itemId, content_index: 0, delta });
    this.send({ type: `${name}.completed`, item_id: itemId, content_index: 0, transcript: text });
  }

  #say(
    say: Exclude<Say, string | { readonly status: string } | { readonly raw: string }>,
    responseId: string,
    output: Json[],
  ): void {
    const ids = (itemId: string): Json => ({
      response_id: responseId,
      item_id: itemId,
      output_index: 0,
      content_index: 0,
    });
    if ('call' in say) {
      const itemId = `fc_${++this.#count}`;
      const item = {
        id: itemId,
        type: 'function_call',
        call_id: `call_${this.#count}`,
        name: say.call,
        arguments: say.arguments,
      };
      this.#add(itemId, responseId, item, undefined);
      const call = { response_id: responseId, item_id: itemId, output_index: 1, call_id: item.call_id };
      this.send({ type: 'response.function_call_arguments.delta', ...call, delta: say.arguments });
      this.send({ type: 'response.function_call_arguments.done', ...call, arguments: say.arguments });
      if (this.#server.tellsItems)
        this.send({ type: 'response.output_item.done', response_id: responseId, item });
      output.push(item);
      return;
    }
    const itemId = `msg_${responseId}_${'item' in say ? say.item : 'a'}`;
    const known = this.items.find(({ id }) => id === itemId);
    const item =
      known ?? this.#add(itemId, responseId, { id: itemId, type: 'message', role: 'assistant' }, 0);
    if ('text' in say) {
      item.text = `${item.text ?? ''}${say.text}`;
      this.send({ type: 'response.output_audio_transcript.delta', ...ids(itemId), delta: say.text });
      return;
    }
    const from = ((item.soundMs ?? 0) * BYTES_PER_MS) / 2;
    const pcm = 'pcm' in say ? say.pcm : ramp(say.soundMs, from);
    item.soundMs = (item.soundMs ?? 0) + pcm.byteLength / BYTES_PER_MS;
    // Cut at odd places, as nobody promised not to.
    for (let at = 0; at < pcm.byteLength; at += 4801)
      this.send({
        type: 'response.output_audio.delta',
        ...ids(itemId),
        delta: pcm.subarray(at, at + 4801).toString('base64'),
      });
  }

  #add(id: string, responseId: string, item: Json, soundMs: number | undefined): ServerItem {
    const made: ServerItem = {
      id,
      type: String(item['type']),
      role: item['role'] as string | undefined,
      item,
      soundMs,
    };
    this.items.push(made);
    if (this.#server.tellsItems)
      this.send({ type: 'response.output_item.added', response_id: responseId, item });
    this.send({ type: 'conversation.item.added', item });
    return made;
  }
}

/** A server of the Realtime protocol that plays a script: one answer for each `response.create`, the last again and again. */
export class RealtimeServer {
  readonly sessions: ServerSession[] = [];
  /** Ends of sockets without a network. */
  readonly sockets: PipedSocket[] = [];
  readonly opened: { readonly url: URL; readonly headers: Readonly<Record<string, string>> }[] = [];
  /** Events that it does not react to. */
  readonly deaf = new Set<string>();
  readonly refusals = new Map<string, { readonly code: string; readonly message: string }>();
  answers: readonly Answer[] = [{ says: [] }];
  dialect: Dialect = 'ga';
  /** Whether errors name the event that caused them. */
  namesCauses = true;
  tellsItems = true;
  /** What the user said, written down as soon as it is an item, before any answer: one for each commit. */
  writes: string[] = [];
  /** New connections are not answered at all, or refused. */
  door: 'open' | 'silent' | 'refused' = 'open';
  #asked = 0;

  nextAnswer(): Answer {
    const answer = this.answers[Math.min(this.#asked, this.answers.length - 1)] ?? { says: [] };
    this.#asked++;
    return answer;
  }

  get last(): ServerSession {
    const session = this.sessions.at(-1);
    if (session === undefined) throw new Error('Nobody has connected');
    return session;
  }

  /** For `openSocket`: a socket without a network, whose other end is this server. */
  openSocket = (url: string, headers: Readonly<Record<string, string>>): WebSocket => {
    this.opened.push({ url: new URL(url), headers });
    const socket = new PipedSocket();
    this.sockets.push(socket);
    if (this.door === 'refused') queueMicrotask(() => socket.refuse());
    if (this.door === 'open')
      queueMicrotask(() => {
        if (socket.readyState !== socket.CONNECTING) return;
        socket.opened();
        const session = new ServerSession(this, {
          send: (text) => socket.arrive(text),
          close: (code, reason) => socket.ended(code, reason),
          drop: () => socket.ended(1006, ''),
        });
        this.sessions.push(session);
        socket.toServer = (text) => session.receive(text);
      });
    return socket as unknown as WebSocket;
  };
}

/** As much of a WebSocket of the package ws as the product uses. */
class PipedSocket extends EventEmitter {
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readyState = 0;
  isPaused = false;
  /** Whether pings are answered. */
  pongs = true;
  toServer: (text: string) => void = () => {};

  opened(): void {
    this.readyState = 1;
    this.emit('open');
  }

  refuse(): void {
    this.readyState = 3;
    this.emit('error', Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
    this.emit('close', 1006, Buffer.alloc(0));
  }

  arrive(text: string): void {
    if (this.readyState === 1)
      queueMicrotask(() => this.readyState === 1 && this.emit('message', Buffer.from(text), false));
  }

  ended(code: number, reason: string): void {
    queueMicrotask(() => {
      if (this.readyState === 3) return;
      this.readyState = 3;
      this.emit('close', code, Buffer.from(reason));
    });
  }

  send(text: string): void {
    if (this.readyState === 1) queueMicrotask(() => this.readyState === 1 && this.toServer(text));
  }

  ping(): void {
    if (this.pongs) queueMicrotask(() => this.emit('pong'));
  }

  terminate(): void {
    this.ended(1006, '');
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }
}

/** The same server at a real socket on loopback. */
export async function listen(
  server: RealtimeServer,
  key: string,
): Promise<{ readonly baseUrl: string; close(): Promise<void> }> {
  const http: Server = createServer((_request, response) => response.writeHead(404).end());
  const sockets = new WebSocketServer({ noServer: true });
  http.on('upgrade', (request, duplex, head) => {
    const url = new URL(request.url ?? '/', 'ws://server');
    server.opened.push({ url, headers: request.headers as Record<string, string> });
    if (request.headers['authorization'] !== `Bearer ${key}`) {
      const body = JSON.stringify({
        error: { message: 'Incorrect API key provided: sk-wro***ong.', code: 'invalid_api_key' },
      });
      duplex.end(
        `HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n${body}`,
      );
      return;
    }
    sockets.handleUpgrade(request, duplex, head, (socket) => {
      const session = new ServerSession(server, {
        send: (text) => socket.send(text),
        close: (code, reason) => socket.close(code, reason),
        drop: () => socket.terminate(),
      });
      server.sessions.push(session);
      socket.on('message', (data) => session.receive(String(data)));
      socket.on('error', () => {});
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    baseUrl: `ws://127.0.0.1:${(http.address() as AddressInfo).port}/v1`,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}
