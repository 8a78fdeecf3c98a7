import { CLOCK_TEXTS } from './clock.js';
import { CONTENT_TEXTS } from './content.js';
import { DEVICE_TEXTS } from './devices.js';
import { EXPOSURE_TEXTS } from './exposure.js';
import { GENERAL_TEXTS } from './general.js';
import { MDF_TEXTS } from './mdf.js';
import { PEER_TEXTS } from './peer.js';
import { PORT_TEXTS } from './ports.js';
import type { Places } from './text-row.js';
import { TOOL_TEXTS } from './tools.js';

/** Every finding there is. */
export const FINDING_TEXTS = {
  ...GENERAL_TEXTS,
  ...TOOL_TEXTS,
  ...DEVICE_TEXTS,
  ...PORT_TEXTS,
  ...MDF_TEXTS,
  ...CONTENT_TEXTS,
  ...PEER_TEXTS,
  ...CLOCK_TEXTS,
  ...EXPOSURE_TEXTS,
};

export type FindingId = keyof typeof FINDING_TEXTS;

/** The values that a finding's texts have places for. */
export type ValuesOf<Id extends FindingId> = Readonly<
  Record<
    Places<(typeof FINDING_TEXTS)[Id]['en']['text']> | Places<(typeof FINDING_TEXTS)[Id]['en']['remedy']>,
    string | number
  >
>;
