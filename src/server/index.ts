export { type PageServer, type PageServerOptions, startPageServer } from './page-server.js';
