export type { Finding, FindingArea, FindingLevel, FindingText, Language } from './finding.js';
