/** Operations of block B, Provisioning: variables, reports, reset, network connection profiles. */
export * from "./ProvisioningVariables.ts"
export * from "./ProvisioningReport.ts"
export * from "./ProvisioningReset.ts"
export * from "./ProvisioningNetwork.ts"
