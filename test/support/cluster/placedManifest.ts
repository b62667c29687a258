/** A suspended CronJob with a field that no form shows. */
export const placedManifest = (name: string, schedule: string, image: string): string => `apiVersion: batch/v1
kind: CronJob
metadata:
  name: ${name}
spec:
  schedule: "${schedule}"
  suspend: true
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          nodeSelector: { disk: fast }
          containers:
            - name: main
              image: ${image}
`
