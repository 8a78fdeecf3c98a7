export type { TurnRecord, TurnTrace } from './turn-record.js';
