import { type Logger, type Random, SystemClock } from '../runtime/index.js';
import { Daemon } from './daemon.js';
import { createLinkFactory } from './link-factory.js';
import type { DaemonSettings } from './settings.js';
import { SimulatorTaps } from './simulator-taps.js';

export interface EmbedDaemonOptions {
  readonly settings: DaemonSettings;
  readonly logger: Logger;
  readonly version?: string;
  readonly random?: Random;
}

/**
 * A daemon inside the caller's process, without control servers: clients come over memory channels.
 *
 * @throws {BridgeError} the first link that cannot be opened; nothing is left open then.
 */
export async function embedDaemon(options: EmbedDaemonOptions): Promise<Daemon> {
  const { settings, logger } = options;
  const clock = new SystemClock();
  const taps = new SimulatorTaps(clock);
  const links = createLinkFactory({ settings, clock, random: options.random ?? Math.random, logger, taps });
  const daemon = new Daemon({
    version: options.version ?? 'embedded',
    settings,
    clock,
    logger,
    links,
    taps,
    onStop: () => void daemon.stop(),
  });
  try {
    await daemon.start();
  } catch (error) {
    await daemon.stop();
    throw error;
  }
  return daemon;
}
