import { type EngineEntry, type EngineKinds, readEngines } from '../vendor/index.js';
import type { CommentSource } from './source.js';
import { ONECOMME_SOURCE, openOneComme } from './sources/onecomme.js';
import type { SourcePorts } from './sources/source-ports.js';
import { openTwitch, TWITCH_SOURCE } from './sources/twitch.js';
import { openWebSocketSource, WEBSOCKET_SOURCE } from './sources/websocket.js';
import { openYouTube, YOUTUBE_SOURCE } from './sources/youtube.js';

/** What `type` names in `comments.sources.NAME`. */
export const SOURCE_KINDS = {
  websocket: { ...WEBSOCKET_SOURCE, create: openWebSocketSource },
  onecomme: { ...ONECOMME_SOURCE, create: openOneComme },
  twitch: { ...TWITCH_SOURCE, create: openTwitch },
  youtube: { ...YOUTUBE_SOURCE, create: openYouTube },
} as const satisfies EngineKinds<SourcePorts, CommentSource>;

export type SourceType = keyof typeof SOURCE_KINDS;

/**
 * The sources that stand in the settings, in their order.
 *
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - one line for each fault, with its path.
 */
export async function readSources(
  sources: unknown,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly EngineEntry[]> {
  const entries = await readEngines(sources, SOURCE_KINDS, env, 'comments.sources');
  return [...entries.values()].filter(({ isConfigured }) => isConfigured);
}

/** @param entry - with nothing missing. */
export function openSource(entry: EngineEntry, ports: SourcePorts): CommentSource {
  const kind = SOURCE_KINDS[entry.type as SourceType];
  return kind.create(entry.name, entry.options as never, ports);
}
