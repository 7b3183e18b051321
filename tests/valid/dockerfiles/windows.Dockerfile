# escape=`
FROM {{{imagebuilder:parentImage}}}
SHELL ["powershell", "-Command", "$ErrorActionPreference = 'Stop';"]
RUN New-Item -ItemType Directory C:\app; `
    Set-Content C:\app\hello.txt 'hello'
{{{imagebuilder:environments}}}
{{{imagebuilder:components}}}
WORKDIR C:\app
