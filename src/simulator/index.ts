export {
  createSimulatorEndpoint,
  type SimulatorEndpoint,
  type SimulatorEndpointOptions,
} from './endpoint.js';
export { CLOSED_MOUTH, type MouthWeights, mouthOfPhoneme, mouthOpening, PHONEME_COUNT } from './lip-table.js';
export { parseSimulatorEnd } from './parse-simulator-end.js';
export {
  type RunSimulatorContext,
  type RunSimulatorOptions,
  runSimulator,
  type SimulatorEnd,
  type SimulatorEvent,
  type SimulatorReport,
} from './run-simulator.js';
export {
  type ScriptedEnd,
  ScriptedPeer,
  type ScriptedPeerOptions,
  type ScriptOutcome,
  type ScriptStep,
} from './scripted-peer.js';
export { type PeerStatus, SimulatedPeer } from './simulated-peer.js';
export { SimulatorTcpClient, type SimulatorTcpClientOptions } from './simulator-tcp-client.js';
export { SimulatorTcpServer, type SimulatorTcpServerOptions } from './simulator-tcp-server.js';
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
export { SimulatorWsClient, type SimulatorWsClientOptions } from './simulator-ws-client.js';
export { WavTap, type WavTapOptions } from './wav-tap.js';
