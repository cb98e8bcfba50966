{{- define "shotwright.name" -}}
{{- if contains "shotwright" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-shotwright" .Release.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "shotwright.labels" -}}
app.kubernetes.io/name: shotwright
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "shotwright.selector" -}}
app.kubernetes.io/name: shotwright
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- /* What API and workers share: image, settings, secrets, rights. */ -}}
{{- define "shotwright.container" -}}
image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
envFrom:
  - configMapRef: {name: {{ include "shotwright.name" . }}}
  - secretRef: {name: {{ .Values.database.existingSecret | default (printf "%s-database" (include "shotwright.name" .)) }}}
  - secretRef: {name: {{ .Values.keys.existingSecret | default (printf "%s-keys" (include "shotwright.name" .)) }}}
  {{- range .Values.settingsFromSecrets }}
  - secretRef: {name: {{ . }}}
  {{- end }}
volumeMounts:
  - {name: data, mountPath: /data}
  - {name: tmp, mountPath: /tmp}
{{- end }}

{{- define "shotwright.pod" -}}
automountServiceAccountToken: false
securityContext: {runAsNonRoot: true, runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001, seccompProfile: {type: RuntimeDefault}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - {name: {{ . }}}
  {{- end }}
{{- end }}
volumes:
  - {name: data, emptyDir: {}}
  - {name: tmp, emptyDir: {}}
{{- end }}
