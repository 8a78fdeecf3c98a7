import { type OpenedPage, openPage } from '../app/index.js';
import type { BridgeClient } from '../client/index.js';
import type { Logger } from '../runtime/index.js';
import type { CommandContext } from './context.js';
import { connectDaemon } from './daemon-connection.js';
import { EXIT } from './exit-codes.js';
import { giveHeapRoom } from './heap-room.js';
import { openBrowser } from './open-browser.js';
import { printableJson } from './printable.js';

export interface ServingOptions {
  /** Whether a browser is opened. */
  readonly opensBrowser: boolean;
  /** Whether the built-in simulator is a lane too. */
  readonly hasSimulator: boolean;
  /** Told to people when it runs. */
  readonly advice: string;
}

/**
 * The daemon (in a process of its own unless told otherwise) and, as a client of it, the server with its pages and protocols, until
 * somebody ends it.
 *
 * At the end the daemon goes on only while a real MMDAgent-EX is on a link, since that would end with it.
 */
export async function serveUntilEnded(context: CommandContext, options: ServingOptions): Promise<number> {
  giveHeapRoom();
  const { config } = context.resolved;
  const logger = await context.logger();
  const connection = await connectDaemon(context);
  const { client } = connection;
  try {
    await client.request('ensureLinks', {
      links: options.hasSimulator ? [...config.links, 'simulator:'] : config.links,
    });
    const page = await openPageOrStop(context, client, logger);
    context.print(
      context.args['json'] === true ? printableJson({ url: page.url }) : `Open ${page.url} in a browser`,
    );
    if (options.opensBrowser && !(await openBrowser(page.url, process.platform))) {
      context.say('No browser could be opened here: open the address yourself.');
    }
    context.say(options.advice);
    try {
      await new Promise<void>((resolve, reject) => {
        const { drain, quit } = context.io;
        if (drain.aborted || quit.aborted) resolve();
        drain.addEventListener('abort', () => resolve(), { once: true });
        client.events.on('closed', (error) => (error === undefined ? resolve() : reject(error)));
      });
    } finally {
      // A server without its daemon would keep the program from its end.
      await page.close();
    }
    await endDaemon(context, client);
  } finally {
    await connection.leave();
  }
  return EXIT.ok;
}

/** A page that cannot be opened (its port is taken) leaves no daemon behind that nobody uses. */
async function openPageOrStop(
  context: CommandContext,
  client: BridgeClient,
  logger: Logger,
): Promise<OpenedPage> {
  const { version, io, resolved } = context;
  try {
    return await openPage({ resolved, client, logger, version, env: io.env, reload: () => context.reload() });
  } catch (error) {
    await endDaemon(context, client);
    throw error;
  }
}

async function endDaemon(context: CommandContext, client: BridgeClient): Promise<void> {
  if (context.args['foreground'] === true || client.isClosed) return;
  const status = await client.request('status', {});
  if (status.isInUse) {
    context.say(
      `The daemon goes on (pid ${status.pid}): a real MMDAgent-EX is connected and would end with it. \`mmdagent-bridge daemon stop --force\` ends both.`,
    );
    return;
  }
  if (status.clients > 1) {
    context.say(`The daemon goes on (pid ${status.pid}): other clients use it.`);
    return;
  }
  await client.request('stop', {});
  context.say('The daemon has stopped: no MMDAgent-EX was connected.');
}
