import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import {
  killInOrder,
  type ProgramHost,
  type RunningProgram,
  StderrTail,
  spawnTied,
} from '../../programs/index.js';
import { type Clock, errorText, type Logger, type Timer } from '../../runtime/index.js';
import { FloodGate } from './flood-gate.js';
import { serverFault } from './mcp-fault.js';
import { type McpProgram, serverEnvironment } from './mcp-settings.js';
import { MessageLines } from './message-lines.js';

/** Results may hold pictures; more than this holds something else. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
/** A server that reads nothing keeps so much of what it is asked. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024;
/** A server ends by itself when its input ends; who does not is told by signals. */
const END_PATIENCE_MS = 500;
/** Of each run; the rest of what it writes on standard error is counted only. */
const MAX_LOGGED_LINES = 50;

export interface StdioPorts {
  readonly host: ProgramHost;
  readonly clock: Clock;
  readonly log: Logger;
  /** The SDK's reader of one message: throws when it is none. */
  readonly readMessage: (line: string) => JSONRPCMessage;
}

/**
 * An MCP server as a child process that ends with us, however we end: each message one line of JSON.
 *
 * It gets an environment of its own, without our keys. What it writes on standard error is logged, bounded; a line on standard output
 * that is no message is left out, and a server that floods us or whose message is too long is ended.
 */
export class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #name: string;
  readonly #settings: McpProgram;
  readonly #ports: StdioPorts;
  readonly #lines = new MessageLines(MAX_MESSAGE_BYTES);
  readonly #flood: FloodGate;
  readonly #stderr: StderrTail;
  readonly #unread: string[] = [];
  #isDelivering = false;
  #loggedLines = 0;
  #program: RunningProgram | undefined;
  #isClosing = false;
  #fault: string | undefined;
  #onGone: (fault: string) => void = () => {};
  #ended: Promise<void> = Promise.resolve();
  #endTimer: Timer | undefined;

  constructor(name: string, settings: McpProgram, ports: StdioPorts) {
    this.#name = name;
    this.#settings = settings;
    this.#ports = ports;
    this.#flood = new FloodGate(ports.clock);
    this.#stderr = new StderrTail((line) => this.#logLine(line));
  }

  /** Why it ended, in words. */
  get endReason(): string {
    const said = this.#stderr.text.split('\n').at(-1)?.slice(0, 300) ?? '';
    return `${this.#fault ?? 'it ended'}${said === '' ? '' : `; it said last: ${said}`}`;
  }

  /** @throws {TransportError} BRIDGE_ERR_TOOL_SERVER - its program is not installed. */
  async start(): Promise<void> {
    const { host } = this.#ports;
    const { command, args = [], env, cwd } = this.#settings;
    const file = /[\\/]/.test(command) ? command : await host.find(command);
    if (file === undefined) throw serverFault(this.#name, missingText(command, host.platform));
    if (this.#isClosing) return;
    const options = { stdin: true, inheritsEnv: false, env: serverEnvironment(host.env, env), cwd };
    const program = await spawnTied(host, { file, args }, options);
    this.#program = program;
    this.#listen(program);
    if (this.#isClosing) this.#end(program);
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const stdin = this.#program?.stdin;
    if (stdin === undefined || stdin === null || this.#isClosing)
      throw serverFault(this.#name, this.endReason);
    if (stdin.writableLength > MAX_UNREAD_BYTES) throw serverFault(this.#name, 'it reads nothing any more');
    stdin.write(`${JSON.stringify(message)}\n`);
  }

  async close(): Promise<void> {
    if (!this.#isClosing && this.#program !== undefined) this.#end(this.#program);
    this.#isClosing = true;
    await this.#ended;
  }

  #listen(program: RunningProgram): void {
    this.#ended = new Promise<void>((resolve) => {
      this.#onGone = (fault) => {
        this.#onGone = () => {};
        this.#fault ??= fault;
        this.#endTimer?.cancel();
        this.#isClosing = true;
        resolve();
        this.onclose?.();
      };
      program.on('error', (error) => this.#onGone(`it could not be started: ${errorText(error)}`));
      program.on('close', (code, signal) =>
        this.#onGone(signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`),
      );
    });
    program.stdin?.on('error', () => {});
    program.stdout?.on('data', (bytes: Buffer) => this.#read(program, bytes));
    program.stderr?.on('data', (bytes: Buffer) => this.#stderr.push(bytes));
  }

  #read(program: RunningProgram, bytes: Buffer): void {
    if (this.#isClosing) return;
    try {
      const lines = this.#lines.push(bytes);
      if (this.#flood.take(lines.length, bytes.byteLength))
        throw new RangeError('it sends more than can be of use');
      this.#unread.push(...lines);
      void this.#deliver();
    } catch (error) {
      this.#fault = errorText(error);
      this.#end(program);
    }
  }

  /** One by one: the SDK looks at a notification a moment after it got it, and at an answer at once, which would then come first. */
  async #deliver(): Promise<void> {
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    for (let line = this.#unread.shift(); line !== undefined; line = this.#unread.shift()) {
      this.#take(line);
      await new Promise<void>((resolve) => queueMicrotask(() => queueMicrotask(resolve)));
    }
    this.#isDelivering = false;
  }

  #take(line: string): void {
    let message: JSONRPCMessage;
    try {
      message = this.#ports.readMessage(line);
    } catch {
      this.#logLine(line);
      return;
    }
    this.onmessage?.(message);
  }

  #logLine(line: string): void {
    this.#loggedLines += 1;
    if (this.#loggedLines > MAX_LOGGED_LINES) return;
    this.#ports.log.debug({ server: this.#name, line: line.slice(0, 500) }, 'MCP server wrote');
  }

  /** Its input ends, then SIGTERM, then SIGKILL. */
  #end(program: RunningProgram): void {
    if (this.#endTimer !== undefined) return;
    const { clock } = this.#ports;
    this.#isClosing = true;
    program.stdin?.end();
    this.#endTimer = clock.after(END_PATIENCE_MS, () => {
      this.#endTimer = killInOrder(program, clock, () => this.#onGone('it could not be ended'));
      program.kill('SIGTERM');
    });
  }
}

function missingText(command: string, platform: NodeJS.Platform): string {
  const hint =
    platform === 'win32'
      ? ' Batch files (npx, uvx) are started with command: cmd and args: ["/c", "npx", …].'
      : '';
  return `there is no program ${command} on PATH. Install it, or name it with its whole path.${hint}`;
}
