import { access } from 'node:fs/promises';
import type { ProgramHost } from '../../programs/index.js';
import type { EyesPorts, EyesSettings } from './create-eyes.js';
import { cameraWays, FIRST_CAMERA, type PictureWay, screenWays } from './picture-ways.js';

/** Nobody asks how large. */
const MAX_SIDE = 1280;

/**
 * The sources of pictures that there are, as far as can be known without looking: what the settings name, what a hook may give, and what a
 * program that is installed can take. Nothing is started.
 */
export async function sourcesHere(
  { camera, commands = {} }: EyesSettings,
  { host, getImageUrl }: Pick<EyesPorts, 'host' | 'getImageUrl'>,
): Promise<readonly string[]> {
  const wish = { maxSide: MAX_SIDE, device: camera };
  const isHooked = getImageUrl !== undefined;
  const sees = {
    camera:
      isHooked || ((await hasCamera(host, camera)) && (await isAny(host, cameraWays(host.platform, wish)))),
    screenshot: isHooked || (await isAny(host, screenWays(host, wish))),
  };
  const standard = (['camera', 'screenshot'] as const).filter((source) => sees[source]);
  return [...new Set([...standard, ...Object.keys(commands)])];
}

/**
 * What a model must be told to use them; the mark is read by every reader of replies.
 *
 * @returns '' without any source.
 */
export function sightPrompt(sources: readonly string[]): string {
  if (sources.length === 0) return '';
  const whats = sources.map(
    (source) => `${WHAT.get(source) ?? `what ${source} shows`}, write [vision:${source}]`,
  );
  return `When you must see ${whats.join('; when you must see ')}. The picture comes with the next message. The mark itself is neither spoken nor shown.`;
}

const WHAT: ReadonlyMap<string, string> = new Map([
  ['camera', 'the user'],
  ['screenshot', "the user's screen"],
]);

async function isAny(host: ProgramHost, ways: readonly PictureWay[]): Promise<boolean> {
  const found = await Promise.all(ways.map(({ program }) => host.find(program)));
  return found.some((path) => path !== undefined);
}

/** Elsewhere cameras have no path. */
async function hasCamera({ platform }: ProgramHost, camera = FIRST_CAMERA): Promise<boolean> {
  if (platform === 'darwin' || platform === 'win32') return true;
  return access(camera).then(
    () => true,
    () => false,
  );
}
