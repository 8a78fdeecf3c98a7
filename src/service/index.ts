export { SERVICE_KINDS, type ServiceCommand, type ServiceKind, serviceFile } from './service-file.js';
