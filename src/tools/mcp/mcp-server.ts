import {
  type Clock,
  Emitter,
  errorText,
  type Logger,
  orAborted,
  type Random,
  type Timer,
  TransportError,
} from '../../runtime/index.js';
import { faultText } from '../result-text.js';
import type { ToolContext, ToolOutcome } from '../tool.js';
import type { SourcedTool, SourceStatus, ToolSource } from '../tool-source.js';
import { serverFault } from './mcp-fault.js';
import type { McpSession, McpTool, OpenMcpSession } from './mcp-session.js';
import type { McpServerSettings } from './mcp-settings.js';
import { mcpTools, missingTools } from './mcp-tools.js';
import { ProgressQueue } from './progress-queue.js';

/** First wait before a server is tried again; doubled up to the longest. */
const FIRST_DELAY_MS = 1000;
const MAX_DELAY_MS = 60_000;
const JITTER = 0.25;
/** A connection that held so long was good: the next wait is the first again. */
const GOOD_MS = 30_000;
/** A quiet connection is asked whether it lives. */
const PING_MS = 60_000;
const ANSWER_MS = 10_000;
/** A program that is downloaded when it is started first needs long. */
const START_TIMEOUT_MS = 60_000;

export interface McpServerPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly openSession: OpenMcpSession;
}

type State =
  /** `gone`: nothing is left of the try. */
  | { readonly status: 'connecting'; readonly end: AbortController; readonly gone: Promise<void> }
  | {
      readonly status: 'connected';
      readonly session: McpSession;
      readonly sinceMs: number;
      readonly ping: Timer;
    }
  | { readonly status: 'waiting'; readonly timer: Timer; readonly reason: string }
  | { readonly status: 'closed' };

/**
 * One MCP server as a source of tools: connects in the background, keeps the list of tools up to date, connects again after it ended.
 *
 * | state | connected | ended, no answer, refused | time | close |
 * |---|---|---|---|---|
 * | connecting | connected | waiting | | closed |
 * | connected | | waiting | | closed |
 * | waiting | | | connecting | closed |
 *
 * A connection that was replaced is not listened to any more.
 */
export class McpServer implements ToolSource {
  readonly name: string;
  readonly events = new Emitter<{ changed: [] }>();
  readonly #settings: McpServerSettings;
  readonly #ports: McpServerPorts;
  #state: State = { status: 'closed' };
  #entries: readonly SourcedTool[] = [];
  #failures = 0;
  #isListing = false;
  #isListStale = false;
  #settle: () => void = () => {};
  readonly #settled = new Promise<void>((resolve) => {
    this.#settle = resolve;
  });

  constructor(name: string, settings: McpServerSettings, ports: McpServerPorts) {
    this.name = name;
    this.#settings = settings;
    this.#ports = ports;
  }

  get entries(): readonly SourcedTool[] {
    return this.#entries;
  }

  get status(): SourceStatus {
    const state = this.#state;
    const isConnected = state.status === 'connected';
    const reason = state.status === 'waiting' ? state.reason : undefined;
    return { name: this.name, isConnected, reason, tools: isConnected ? this.#entries.length : 0 };
  }

  /** When it has connected or failed for the first time. */
  get settled(): Promise<void> {
    return this.#settled;
  }

  start(): void {
    if (this.#state.status !== 'closed') return;
    const { missing } = this.#settings;
    if (missing === undefined) void this.#connect();
    else this.#giveUp(missing);
  }

  async close(): Promise<void> {
    const state = this.#state;
    this.#state = { status: 'closed' };
    this.#settle();
    if (state.status === 'connecting')
      state.end.abort(new DOMException('The server is closed', 'AbortError'));
    if (state.status === 'waiting') state.timer.cancel();
    if (state.status !== 'connected') return;
    state.ping.cancel();
    await state.session.close();
  }

  async #connect(): Promise<void> {
    const { startTimeoutMs = START_TIMEOUT_MS } = this.#settings;
    const end = new AbortController();
    const late = `expected its list of tools within ${startTimeoutMs / 1000} s; set startTimeoutMs higher if it needs longer`;
    const timer = this.#ports.clock.after(startTimeoutMs, () => end.abort(serverFault(this.name, late)));
    const opening = this.#open(end);
    // Whoever opens a session ends it when it is not wanted any more; one that came too late is ended here.
    const gone = opening.then(
      (session) => (end.signal.aborted ? session.close() : undefined),
      () => {},
    );
    const state: State = { status: 'connecting', end, gone };
    this.#state = state;
    let session: McpSession | undefined;
    try {
      session = await orAborted(opening, end.signal);
      const tools = await orAborted(session.listTools(end.signal), end.signal);
      this.#onConnected(session, tools);
    } catch (error) {
      void session?.close();
      if (this.#state === state) this.#wait(faultText(error));
    } finally {
      timer.cancel();
    }
  }

  /** @param end - fires when the session ends before it is in use. */
  async #open(end: AbortController): Promise<McpSession> {
    let session: McpSession | undefined;
    const events = {
      onEnded: (reason: string) => {
        end.abort(serverFault(this.name, reason));
        this.#onEnded(session, reason);
      },
      onToolsChanged: () => void this.#onToolsChanged(session),
    };
    session = await this.#ports.openSession(this.name, this.#settings, events, end.signal);
    return session;
  }

  #onConnected(session: McpSession, tools: readonly McpTool[]): void {
    const { clock, log } = this.#ports;
    this.#state = { status: 'connected', session, sinceMs: clock.nowMs(), ping: this.#pingLater(session) };
    this.#take(session, tools);
    log.info({ server: this.name, tools: this.#entries.length }, 'MCP server connected');
    this.#settle();
  }

  #take(session: McpSession, told: readonly McpTool[]): void {
    const { name, events } = this;
    const settings = this.#settings;
    const run = this.#call.bind(this);
    const { tools, unusable } = mcpTools({ name, settings, instructions: session.instructions, told, run });
    this.#entries = tools.map((tool) => ({ tool, lost: undefined }));
    if (unusable.length > 0)
      this.#ports.log.warn(
        { server: name, unusable: unusable.map((tool) => tool.slice(0, 64)) },
        'MCP server has tools with schemas too long or deep to be sent',
      );
    const missing = missingTools(settings, told);
    if (missing.length > 0) {
      const has = told.map((tool) => tool.name);
      this.#ports.log.warn(
        { server: name, missing, has },
        'MCP server has no such tools: see its setting only',
      );
    }
    events.emit('changed');
  }

  /** Runs on the connection there is now, which may be a newer one than the list came by. */
  async *#call(
    name: string,
    args: Readonly<Record<string, unknown>>,
    { signal }: ToolContext,
  ): AsyncGenerator<ToolOutcome, void> {
    const state = this.#state;
    if (state.status !== 'connected') {
      yield { type: 'result', value: this.#lostText(), isError: true };
      return;
    }
    const progress = new ProgressQueue();
    const call = state.session.callTool(name, args, { signal, onProgress: (value) => progress.push(value) });
    call.finally(() => progress.end()).catch(() => {});
    for await (const value of progress) yield { type: 'progress', value };
    try {
      yield { type: 'result', ...(await call) };
    } catch (error) {
      if (error instanceof TransportError) this.#onEnded(state.session, errorText(error));
      throw error;
    }
  }

  /** A connection that is asked again and again, as long as it is the one in use. */
  #pingLater(session: McpSession): Timer {
    const { clock } = this.#ports;
    return clock.after(PING_MS, () => {
      void this.#answers((signal) => session.ping(signal)).then((isAlive) => {
        if (!isAlive) this.#onEnded(session, 'it does not answer any more');
        else if (this.#state.status === 'connected' && this.#state.session === session)
          this.#state = { ...this.#state, ping: this.#pingLater(session) };
      });
    });
  }

  /** However often a server says so, it is asked once at a time, and once more when it said so meanwhile. */
  async #onToolsChanged(session: McpSession | undefined): Promise<void> {
    this.#isListStale = true;
    if (session === undefined || this.#isListing) return;
    this.#isListing = true;
    let isTold = true;
    while (isTold && this.#isListStale && this.#isInUse(session)) {
      this.#isListStale = false;
      isTold = await this.#answers(async (signal) => {
        const tools = await session.listTools(signal);
        if (this.#isInUse(session)) this.#take(session, tools);
      });
    }
    this.#isListing = false;
    if (!isTold) this.#onEnded(session, 'it said that its tools changed, and does not tell them');
  }

  #isInUse(session: McpSession): boolean {
    return this.#state.status === 'connected' && this.#state.session === session;
  }

  /** Whether the server does it within 10 s. */
  async #answers(ask: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    const end = new AbortController();
    const timer = this.#ports.clock.after(ANSWER_MS, () =>
      end.abort(serverFault(this.name, 'it does not answer')),
    );
    try {
      await orAborted(ask(end.signal), end.signal);
      return true;
    } catch (error) {
      this.#ports.log.debug({ server: this.name, error: faultText(error) }, 'MCP server did not answer');
      return false;
    } finally {
      timer.cancel();
    }
  }

  #onEnded(session: McpSession | undefined, reason: string): void {
    const state = this.#state;
    if (state.status !== 'connected' || state.session !== session) return;
    state.ping.cancel();
    void session.close();
    if (this.#ports.clock.nowMs() - state.sinceMs >= GOOD_MS) this.#failures = 0;
    this.#wait(reason);
  }

  #wait(reason: string): void {
    const { clock, random, log } = this.#ports;
    const nominalMs = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(this.#failures, 10));
    // Told once for each outage; the tries that follow are for who looks closer.
    if (this.#failures === 0) log.warn({ server: this.name, reason }, 'MCP server is not connected');
    else log.debug({ server: this.name, reason }, 'MCP server is still not connected');
    this.#failures += 1;
    const delayMs = Math.round(nominalMs * (1 - JITTER * random()));
    const timer = clock.after(delayMs, () => void this.#connect());
    this.#state = { status: 'waiting', timer, reason };
    const lost = this.#lostText();
    this.#entries = this.#entries.map(({ tool }) => ({ tool, lost }));
    this.events.emit('changed');
    this.#settle();
  }

  /** No time will help. */
  #giveUp(reason: string): void {
    this.#ports.log.warn({ server: this.name, reason }, 'MCP server is not set up');
    this.#state = { status: 'waiting', timer: { cancel: () => {} }, reason };
    this.#settle();
  }

  #lostText(): string {
    return `The server ${this.name} of this tool is not connected now. Go on without it, and tell the user if it was needed.`;
  }
}
