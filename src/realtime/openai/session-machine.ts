import type { EngineFace, VendorPorts } from '../../vendor/index.js';
import type { RealtimeSession } from '../realtime.js';
import type { RealtimeSettled } from '../session-settings.js';

/** What a session takes from its model. */
export interface SessionMachine {
  readonly face: EngineFace;
  readonly options: RealtimeSettled;
  readonly ports: VendorPorts;
  /** New random digits, at least 24 of them. */
  readonly newId: () => string;
  readonly onClose: (session: RealtimeSession) => void;
}
