import type { BridgeClient } from '../../client/index.js';
import { messageText } from '../../protocol/index.js';
import { ConfigError, errorText } from '../../runtime/index.js';
import { type CommandContext, textArg } from '../context.js';
import { connectDaemon } from '../daemon-connection.js';
import { EXIT } from '../exit-codes.js';
import { printable, printableJson } from '../printable.js';

/** `monitor`: messages in both directions, as they pass, until Ctrl-C. */
export async function monitor(context: CommandContext): Promise<number> {
  const { args, resolved, io } = context;
  const filter = filterOf(textArg(args, 'filter'));
  const isJson = args['json'] === true;
  const connection = await connectDaemon(context);
  const { client } = connection;
  const shows = (lane: string, text: string): boolean =>
    (resolved.config.lane === undefined || lane === resolved.config.lane) && filter.test(text);
  const show = (
    fields: { readonly lane: string; readonly atMs: number },
    arrow: string,
    text: string,
  ): void => {
    if (!shows(fields.lane, text)) return;
    if (isJson)
      context.print(printableJson({ direction: arrow === '>' ? 'sent' : 'received', text, ...fields }));
    else
      context.print(
        `${new Date(fields.atMs).toISOString().slice(11, 23)} ${fields.lane} ${arrow} ${printable(text)}`,
      );
  };
  client.events.on('message', (message) => {
    if (message.isEcho && args['echo'] !== true) return;
    show(message, '<', messageText(message));
  });
  client.events.on('sent', (sent) => show(sent, '>', sent.text));
  client.events.on('laneState', (lane) => {
    if (!isJson) context.say(`lane ${lane.lane}: ${lane.state}`);
  });
  client.events.on('warning', (warning) => context.say(`lane ${warning.lane}: ${warning.text}`));
  client.events.on('lagged', ({ dropped }) =>
    context.say(`${dropped} messages were left out: the reader is too slow`),
  );
  await subscribe(client);
  client.events.on('reconnected', (isResumed) => {
    if (!isResumed) subscribe(client).catch(() => {});
  });
  for (const lane of (await client.request('status', {})).lanes) {
    if (!isJson) context.say(`lane ${lane.lane}: ${lane.state}`);
  }
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => resolve();
    if (io.drain.aborted || io.quit.aborted) stop();
    io.drain.addEventListener('abort', stop, { once: true });
    io.quit.addEventListener('abort', stop, { once: true });
    client.events.on('closed', (error) => (error === undefined ? resolve() : reject(error)));
  });
  await connection.leave();
  return EXIT.ok;
}

async function subscribe(client: BridgeClient): Promise<void> {
  await client.request('subscribe', { topics: ['messages', 'lanes'] });
}

function filterOf(pattern: string | undefined): RegExp {
  try {
    return new RegExp(pattern ?? '', 'u');
  } catch (error) {
    throw new ConfigError(
      'BRIDGE_ERR_USAGE',
      `--filter: expected a regular expression, got "${pattern}": ${errorText(error)}`,
    );
  }
}
