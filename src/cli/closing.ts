import type { BridgeClient } from '../client/index.js';
import type { CommandContext } from './context.js';

/** `--close`: the link ends with the command, in the one way MMDAgent-EX bears. */
export async function closeLink(context: CommandContext, client: BridgeClient, lane: string): Promise<void> {
  const status = await client.request('status', {});
  const name = status.links
    .map((link) => link.name)
    .find((link) => lane === link || lane.startsWith(`${link}-`));
  if (name === undefined) return;
  context.say(
    `Closing the link ${name}. On Linux and macOS MMDAgent-EX ends with its connection; on Windows it goes on.`,
  );
  await client.request('closeLink', { link: name, force: true });
}
