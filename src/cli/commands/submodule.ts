import type { ChatSettings } from '../../chat/index.js';
import { anySignal, isAbortError, SystemClock, TransportError } from '../../runtime/index.js';
import type { CommandContext } from '../context.js';
import { connectDaemon, type DaemonConnection } from '../daemon-connection.js';
import { EXIT } from '../exit-codes.js';
import { HeldInput } from '../held-input.js';
import { openChatHere, readChatHere } from '../open-chat.js';

/**
 * `submodule`: a conversation as a child of MMDAgent-EX (`Plugin_AnyScript_Command`). What its recogniser hears (RECOG_EVENT_STOP) is
 * answered, by its own voice unless the settings say otherwise; motions and faces go with it. Standard output is the message bus:
 * everything for people is on stderr. Ends with MMDAgent-EX.
 */
export async function submodule(given: CommandContext): Promise<number> {
  const settings = await readChatHere(given, { hears: false });
  // What it says before anybody listens would be lost.
  const input = new HeldInput(given.io.stdin);
  const context = asSubmodule(given, input);
  const over = new AbortController();
  const ended = anySignal(context.io.drain, context.io.quit, over.signal);
  try {
    const connection = await connect(context);
    const { client } = connection;
    client.events.on('closed', () => over.abort());
    client.events.on('stopping', () => over.abort());
    try {
      await converse(context, settings, { client, ended, onListening: () => input.release() });
    } finally {
      await connection.leave();
    }
  } catch (error) {
    // MMDAgent-EX may end before the conversation is open.
    if (!isAbortError(error) || !over.signal.aborted) throw error;
  } finally {
    input.close();
  }
  return EXIT.ok;
}

interface Submodule {
  readonly client: DaemonConnection['client'];
  readonly ended: AbortSignal;
  readonly onListening: () => void;
}

async function converse(
  context: CommandContext,
  settings: ChatSettings,
  { client, ended, onListening }: Submodule,
): Promise<void> {
  const chat = await openChatHere(context, settings, {
    ...{ client, clock: new SystemClock(), onListening, signal: ended },
    tell: (text) => context.say(text),
  });
  context.say(`Replies: ${chat.parts.topology} (${chat.parts.topologyWhy})`);
  chat.conversation.events.on('error', (error, stage) =>
    context.say(`${stage}: ${error.message} (${error.code})`),
  );
  try {
    void chat.conversation.warmUp();
    chat.greetWhenReady();
    await new Promise<void>((resolve) => {
      if (ended.aborted) resolve();
      ended.addEventListener('abort', () => resolve(), { once: true });
    });
  } finally {
    await chat.close();
  }
}

/** The daemon inside this process, with standard input and output as its link unless others are named. */
function asSubmodule(context: CommandContext, { stream }: HeldInput): CommandContext {
  const { resolved, args, io } = context;
  const links = resolved.origins.links === 'default' ? ['stdio:'] : resolved.config.links;
  return {
    ...context,
    io: { ...io, stdin: stream },
    args: { ...args, foreground: true },
    resolved: { ...resolved, config: { ...resolved.config, links } },
    print: () => {},
  };
}

/** Another daemon of this user may run: that of this one then has a name of its own. */
async function connect(context: CommandContext): Promise<DaemonConnection> {
  try {
    return await connectDaemon(context);
  } catch (error) {
    const isTaken = error instanceof TransportError && error.code === 'BRIDGE_ERR_DAEMON_RUNNING';
    if (!isTaken || context.resolved.origins.daemon !== 'default') throw error;
    const { resolved } = context;
    const daemon = `submodule-${process.pid}`;
    context.say(`Another daemon runs: this one is called ${daemon} (--daemon ${daemon} reaches it)`);
    return connectDaemon({
      ...context,
      resolved: { ...resolved, config: { ...resolved.config, daemon } },
    });
  }
}
