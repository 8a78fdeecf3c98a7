export {
  createSimulatorEndpoint,
  type SimulatorEndpoint,
  type SimulatorEndpointOptions,
} from './endpoint.js';
export { CLOSED_MOUTH, type MouthWeights, mouthOfPhoneme, mouthOpening, PHONEME_COUNT } from './lip-table.js';
export { type PeerStatus, SimulatedPeer } from './simulated-peer.js';
export type {
  ConnectionInfo,
  ConnectionKind,
  PeerDeath,
  PeerIncident,
  SimulatedModel,
  SimulatedPeerEvents,
  SimulatedPeerOptions,
  SimulatorFault,
  SoundClip,
} from './simulator-types.js';
