import { createInterface } from 'node:readline';
import type { BridgeClient } from '../../client/index.js';
import { ConfigError, isAbortError, SystemClock, sleep } from '../../runtime/index.js';
import { closeLink } from '../closing.js';
import { type CommandContext, textArg, textListArg } from '../context.js';
import { connectDaemon } from '../daemon-connection.js';
import { EXIT } from '../exit-codes.js';
import { printableJson } from '../printable.js';
import { readTimedLines } from '../timed-lines.js';

/** `send 'TYPE|ARG…'…`, `send --file FILE` (timed lines), `send -` (a message a line from stdin). */
export async function send(context: CommandContext): Promise<number> {
  const messages = textListArg(context.args, 'messages');
  const file = textArg(context.args, 'file');
  if ((messages.length === 0) === (file === undefined)) {
    throw new ConfigError(
      'BRIDGE_ERR_USAGE',
      "send: expected messages such as 'MOTION_ADD|0|action|wave.vmd', or --file FILE with timed lines",
    );
  }
  const timed = file === undefined ? undefined : await readTimedLines(file, '--file');
  const connection = await connectDaemon(context);
  const sender = new Sender(context, connection.client);
  try {
    if (timed !== undefined) await sender.timed(timed);
    else if (messages.length === 1 && messages[0] === '-') await sender.lines();
    else for (const message of messages) await sender.one(message);
    if (context.args['close'] === true && sender.lane !== undefined)
      await closeLink(context, connection.client, sender.lane);
  } catch (error) {
    if (!isAbortError(error)) throw error;
    return EXIT.interrupted;
  } finally {
    await connection.leave();
  }
  return context.io.drain.aborted ? EXIT.interrupted : EXIT.ok;
}

class Sender {
  readonly #context: CommandContext;
  readonly #client: BridgeClient;
  lane: string | undefined;

  constructor(context: CommandContext, client: BridgeClient) {
    this.#context = context;
    this.#client = client;
  }

  async one(message: string): Promise<void> {
    const { config, origins } = this.#context.resolved;
    const { lane } = await this.#client.request('send', {
      message,
      ...(config.lane === undefined ? {} : { lane: config.lane }),
      ...(origins.readyTimeoutMs === 'default' ? {} : { timeoutMs: config.readyTimeoutMs }),
    });
    this.lane = lane;
    if (this.#context.args['json'] === true) this.#context.print(printableJson({ lane, message }));
  }

  async timed(lines: readonly { readonly atMs: number; readonly message: string }[]): Promise<void> {
    const clock = new SystemClock();
    const startMs = clock.nowMs();
    for (const { atMs, message } of lines) {
      await sleep(clock, startMs + atMs - clock.nowMs(), this.#context.io.drain);
      await this.one(message);
    }
  }

  async lines(): Promise<void> {
    const lines = createInterface({ input: this.#context.io.stdin, signal: this.#context.io.drain });
    for await (const line of lines) if (line.trim() !== '') await this.one(line);
  }
}
