import type { Check } from './check.js';
import { calibrationCheck } from './checks/calibration.js';
import { skewCheck, steadyCheck } from './checks/clocks.js';
import { daemonCheck } from './checks/daemon.js';
import { inputsCheck, outputsCheck } from './checks/device-lists.js';
import { addressesCheck, keyCheck, remotePeersCheck } from './checks/exposure.js';
import { ownPortsCheck } from './checks/link-ports.js';
import { lipTableCheck } from './checks/lip-table.js';
import { commandsCheck } from './checks/mdf-commands.js';
import { mdfCheck } from './checks/mdf-file.js';
import { microphoneCheck } from './checks/microphone.js';
import { modelsCheck } from './checks/models.js';
import { peerBuildCheck } from './checks/peer-build.js';
import { peerPortsCheck } from './checks/peer-ports.js';
import { scriptsCheck } from './checks/scripts.js';
import { argumentsCheck, filesCheck } from './checks/secrets.js';
import { toneCheck } from './checks/tone.js';
import { nodeCheck, programsCheck } from './checks/tools.js';

/** In the order in which those of one area run. */
export const ALL_CHECKS: readonly Check[] = [
  nodeCheck,
  programsCheck,
  inputsCheck,
  outputsCheck,
  microphoneCheck,
  toneCheck,
  calibrationCheck,
  ownPortsCheck,
  peerPortsCheck,
  mdfCheck,
  commandsCheck,
  scriptsCheck,
  modelsCheck,
  lipTableCheck,
  daemonCheck,
  peerBuildCheck,
  steadyCheck,
  skewCheck,
  addressesCheck,
  remotePeersCheck,
  keyCheck,
  argumentsCheck,
  filesCheck,
];
