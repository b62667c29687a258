import type { ManifestFile } from '../../../../../../src/gateway/providers/kubernetes/installation/manifest.ts'

/** The least that has all that matters of Knative's files, and in an order that is not the one to apply it in. */
export const parts: readonly ManifestFile[] = [
  {
    name: '1-core.yaml',
    content: `
apiVersion: v1
kind: ConfigMap
metadata: {name: config-network, namespace: knative-serving}
data: {_example: "…"}
---
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: built-in, namespace: knative-serving, ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: x, uid: y}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: knative-serving-admin}
aggregationRule: {clusterRoleSelectors: []}
rules: []
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: webhook, namespace: knative-serving}
spec: {replicas: 1}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: config.webhook}
---
apiVersion: v1
kind: Namespace
metadata: {name: knative-serving}
`,
  },
  {
    name: '2-types.yaml',
    content: `
# The type of a Knative Service.
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: services.serving.knative.dev}
spec: {group: serving.knative.dev, names: {kind: Service, plural: services}}
`,
  },
]
