export { type BodyOptions, readBody, readForm, readJson, streamBody } from './body.js';
export type {
  Asked,
  AskedSocket,
  EndpointPorts,
  Endpoints,
  HttpEndpoint,
  HttpMethod,
  Refusal,
  SocketEndpoint,
} from './endpoint.js';
export { EventStream } from './event-stream.js';
export { answerJson, answerText, HttpRefusal } from './http-answer.js';
export type {
  ExamineOptions,
  MachineDevice,
  MachineDeviceList,
  MachineFinding,
  MachineFindingText,
  MachinePort,
} from './machine-port.js';
export { type PageServer, type PageServerOptions, startPageServer, type TlsPort } from './page-server.js';
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
