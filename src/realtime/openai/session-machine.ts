import type { RealtimeOptions } from '../../llm/index.js';
import type { EngineFace, VendorPorts } from '../../vendor/index.js';
import type { RealtimeSession } from '../realtime.js';

/** What a session takes from its model. */
export interface SessionMachine {
  readonly face: EngineFace;
  readonly options: RealtimeOptions;
  readonly ports: VendorPorts;
  /** New random digits, at least 24 of them. */
  readonly newId: () => string;
  readonly onClose: (session: RealtimeSession) => void;
}
