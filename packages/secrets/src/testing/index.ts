export { findCredentials, type FoundCredential } from './find-credentials.js';
export { secretSourceContract, type SecretSourceUnderTest } from './secret-source-contract.js';
