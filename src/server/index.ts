export type {
  ExamineOptions,
  MachineDevice,
  MachineDeviceList,
  MachineFinding,
  MachineFindingText,
  MachinePort,
} from './machine-port.js';
export { type PageServer, type PageServerOptions, startPageServer } from './page-server.js';
export type {
  PageEngine,
  PageVoice,
  SayEnd,
  SayListener,
  SayRequest,
  SpeakerPort,
} from './speaker-port.js';
export type {
  TalkCue,
  TalkEvent,
  TalkerPort,
  TalkPicture,
  TalkPlace,
  TalkQuestion,
  TalkSaid,
  TalkState,
  TellTalk,
} from './talk-port.js';
