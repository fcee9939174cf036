/** Operations of block A, Security: passwords, certificates, stations on factory credentials. */
export { changePassword } from "./SecurityPassword.ts"
export type { PasswordChangeResult } from "./SecurityPassword.ts"
export { requestCertificateRenewal } from "./SecurityRenewal.ts"
export type { CertificateRenewalResult, RenewableCertificate, RenewalOptions } from "./SecurityRenewal.ts"
export { factoryCredentials } from "./SecurityFactory.ts"
export type { FactoryCredentials } from "./SecurityFactory.ts"
export { renewalOf } from "../blocks/Security.ts"
