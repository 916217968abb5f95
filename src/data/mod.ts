/**
 * Volumes with true labels: phantoms, and folders in CT-ORG's layout.
 *
 * @module
 */

export { findCases, type LabelledCase } from "./ct_org.ts";
export { type Phantom, phantom, type PhantomOptions } from "./phantom.ts";
