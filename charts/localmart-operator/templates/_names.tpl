{{- define "operator.selector" -}}
app.kubernetes.io/name: localmart-operator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "operator.labels" -}}
{{ include "operator.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: localmart
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- /* Cluster-wide names tell two installations apart. */ -}}
{{- define "operator.clusterName" -}}
{{ .Release.Namespace }}-{{ .Release.Name }}
{{- end }}
