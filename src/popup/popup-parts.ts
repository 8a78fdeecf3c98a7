import type { EndpointPorts } from '../server/index.js';
import type { Sessions } from '../sessions/index.js';
import type { ByteBudget } from './recording.js';
import type { PopupSettings } from './settings.js';
import type { Turnstile } from './turnstile.js';

/** What both forms of the protocol share. */
export interface PopupParts extends EndpointPorts {
  readonly sessions: Sessions;
  readonly settings: PopupSettings;
  /** Of recordings that are not understood yet. */
  readonly budget: ByteBudget;
  readonly decoders: Turnstile;
}
